import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { EXAMPLE_AGREEMENTS } from '../../services/cli/development/example-agreements.ts';
import { compileSchema } from '../../services/platform/validate/index.ts';

/** One of the agreements of `wasl up`, with the subject by whom the README tries it. */
export interface Agreed {
  readonly id: string;
  readonly requester: string;
  readonly provider: string;
  readonly documentType: string;
  readonly purpose: string;
  readonly subject: string;
}

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** Every agreement, each with the very request that the README shows under it. */
export const AGREED: readonly Agreed[] = EXAMPLE_AGREEMENTS.map(
  ({ id, requester, provider, documentType, purpose }) => {
    const shown = `npx wasl request --as ${requester} --from ${provider} --document ${documentType} --purpose ${purpose} --subject `;
    const line = README.split('\n').find((one) => one.startsWith(shown));
    if (line === undefined) throw new Error(`the README shows no request under ${id}`);
    return { id, requester, provider, documentType, purpose, subject: line.slice(shown.length) };
  },
);

export const agreed = (id: string): Agreed => {
  const found = AGREED.find((one) => one.id === id);
  if (found === undefined) throw new RangeError(id);
  return found;
};

/** Every text in both languages that stands anywhere in a document. */
const textsIn = (value: unknown): readonly { readonly ar: string; readonly en: string }[] => {
  if (typeof value !== 'object' || value === null) return [];
  const { ar, en } = value as { readonly ar?: unknown; readonly en?: unknown };
  if (typeof ar === 'string' && typeof en === 'string') return [{ ar, en }];
  return Object.values(value).flatMap(textsIn);
};

/** Texts, at least one, each in Arabic and in English. */
export const expectBothLanguages = (value: unknown): void => {
  const texts = textsIn(value);
  expect(texts.length).toBeGreaterThan(0);
  for (const { ar, en } of texts) {
    expect(ar).toMatch(/[\u0600-\u06ff]/);
    expect(en).toMatch(/[a-z]/i);
  }
};

/** The agreed claims and no other, as the schema wants them, in both languages. */
export const expectAgreed = (id: string, document: object): void => {
  const { documentType } = agreed(id);
  const schema = readFileSync(new URL(`../../schemas/${documentType}.v1.json`, import.meta.url), 'utf8');
  expect(compileSchema(documentType, JSON.parse(schema)).disclosed(document as never)).toEqual([]);
  expect(Object.keys(document).sort()).toEqual(EXAMPLE_AGREEMENTS.find((one) => one.id === id)?.claims);
  expectBothLanguages(document);
};
