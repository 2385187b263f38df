import { type CatalogDocument, catalogOf } from '../../../adapters/kit/index.ts';
import { WaslError } from '../../kernel/codes.ts';
import { layoutOf } from '../development/layout.ts';
import type { End } from '../end.ts';
import { readRegistry } from '../evidence.ts';

export interface CatalogFlags {
  readonly data: string;
  readonly as: string;
  readonly document?: string;
}

/** What an agency may ask, of whom and for what, and why not the rest. */
export const catalog = async ({ data, as, document }: CatalogFlags): Promise<End> => {
  const copy = await readRegistry(layoutOf(data));
  if (copy.agency(as) === undefined) throw new WaslError('unknown-agency', { agency: as });
  const whole = await catalogOf(copy, as, Date.now());
  const documents = whole.documents.filter(({ documentType }) => document === undefined || documentType === document);
  if (documents.length === 0) throw new WaslError('unknown-document-type', { documentType: document ?? '-' });
  return {
    kind: 'delivered',
    json: { ...whole, documents },
    text: [`what ${as} may ask, by version ${whole.registry.version} of the registry`, ...documents.map(textOf)].join(
      '\n\n',
    ),
  };
};

const textOf = ({ documentType, provider, title, claims, mayAsk, whyNot, subjectSchemes }: CatalogDocument): string => {
  const agreed = new Set(mayAsk.flatMap((permission) => permission.claims));
  const ways = mayAsk.flatMap(({ agreement, purpose, purposeTitle, quotaPerDay, until, whyNot: why }) => [
    `  may ask for ${purpose} (${purposeTitle.en} · ${purposeTitle.ar}), ${quotaPerDay} a day, until ${until.slice(0, 10)}, by ${agreement}`,
    ...(why === undefined ? [] : [`    not now (${why.code}): ${why.message.en}`, `    ${why.message.ar}`]),
  ]);
  const not =
    whyNot === undefined ? [] : [`  may not (${whyNot.code}): ${whyNot.message.en}`, `  ${whyNot.message.ar}`];
  const own = mayAsk.length === 0 && whyNot === undefined ? ['  its own document'] : [];
  return [
    `${documentType}  ${title.en} · ${title.ar}`,
    `  of ${provider.id}  ${provider.name.en} · ${provider.name.ar}; asked by ${subjectSchemes.join(', ')}`,
    ...ways,
    ...not,
    ...own,
    ...claims.map(
      (claim) => `    ${agreed.has(claim.name) ? '+' : ' '} ${claim.name}  ${claim.title.en} · ${claim.title.ar}`,
    ),
  ].join('\n');
};
