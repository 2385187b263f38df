import type { Outcome, Receipts, Verified } from '../../adapters/kit/index.ts';
import { parseReceipt } from '../kernel/batch.ts';
import type { RegistryCopy } from '../kernel/copy.ts';
import { isObject } from '../kernel/fields.ts';
import type { JsonObject, JsonValue } from '../kernel/strict-json.ts';
import { dataFlag } from './development/layout.ts';

const valueText = (value: JsonValue | undefined): string => {
  if (value === null || value === undefined) return '-';
  if (typeof value !== 'object') return String(value);
  if (!isObject(value)) return value.length === 0 ? '-' : value.map(valueText).join('; ');
  if (typeof value.en === 'string' && typeof value.ar === 'string') return `${value.en} · ${value.ar}`;
  return Object.entries(value)
    .map(([name, part]) => `${name} ${valueText(part)}`)
    .join(', ');
};

/** Claims, one a line, aligned; of a list, each item on a line of its own. */
const claimLines = (document: JsonObject): string[] => {
  const width = Math.max(...Object.keys(document).map((name) => name.length));
  const between = `\n${' '.repeat(width + 4)}`;
  return Object.entries(document).map(([name, value]) => {
    const text = Array.isArray(value) && value.length > 0 ? value.map(valueText).join(between) : valueText(value);
    return `  ${name.padEnd(width)}  ${text}`;
  });
};

/** The entries that a request left, in order; nothing of one that never left its own agency. */
const receiptLines = ({ requested, ended }: Receipts): string[] =>
  [requested, ended]
    .filter((text) => text !== undefined)
    .flatMap((text, index) => {
      const { gateway, boot, sequence, leaf, entry } = parseReceipt(text);
      return [
        `  ${index + 1} ${entry.body.kind.padEnd(9)} ${leaf}`,
        `           at ${gateway}, boot ${boot}, entry ${sequence}`,
      ];
    });

/** When to come again, in both languages. */
const againText = (ms: number | undefined): string[] => {
  if (ms === undefined) return [];
  const seconds = Math.ceil(ms / 1_000);
  return [`  again in ${seconds} s · أعد المحاولة بعد ${seconds} ثانية`];
};

/** The command that collects a deferred answer, to be completed by the ticket. */
export const collectWith = (requester: string, data: string): string =>
  `npx wasl request${dataFlag(data)} --as ${requester} --ticket`;

const STATUS = {
  valid: { en: 'valid', ar: 'سارية' },
  revoked: { en: 'REVOKED', ar: 'ملغاة' },
  unknown: { en: 'unknown', ar: 'غير معروفة' },
} as const;

/** Whether a document still counts, in both languages. */
export const statusLines = ({ status, asOf, issuer, reason }: Verified): string[] => {
  const by =
    asOf === null
      ? { en: '', ar: '' }
      : { en: `, by ${issuer}'s list of ${asOf}`, ar: ` بحسب قائمة ${issuer} بتاريخ ${asOf}` };
  return [
    `  status: ${STATUS[status].en}${by.en}`,
    `  الحالة: ${STATUS[status].ar}${by.ar}`,
    ...(reason === undefined ? [] : [`  ${reason.message.en}`, `  ${reason.message.ar}`, `  (${reason.code})`]),
  ];
};

/** An outcome for a person: what came, or why not and whose move is next, in both languages. `collect` is the command that a ticket completes. */
export const describeOutcome = (outcome: Outcome, collect: string, verified?: Verified): string => {
  const head = `${outcome.outcome}  (request ${outcome.requestId}, said by ${outcome.by.kind} ${outcome.by.id})`;
  const entries = receiptLines(outcome.receipts);
  const receipts = entries.length === 0 ? [] : ['evidence', ...entries];
  if (outcome.outcome === 'delivered') {
    return [
      head,
      ...claimLines(outcome.document),
      `  as of ${valueText(outcome.always.asOf)}`,
      ...(verified === undefined ? [] : statusLines(verified)),
      ...receipts,
    ].join('\n');
  }
  return [
    head,
    `  ${outcome.message.en}`,
    `  ${outcome.message.ar}`,
    `  (${outcome.code})`,
    ...(outcome.outcome === 'deferred' ? [`  collect with: ${collect} ${outcome.ticket}`] : []),
    ...('retryAfterMs' in outcome ? againText(outcome.retryAfterMs) : []),
    ...receipts,
  ].join('\n');
};

/** The first exchange, step by step, in English and Arabic. */
export const narrate = async (
  outcome: Outcome,
  copy: RegistryCopy,
  asked: {
    readonly requester: string;
    readonly provider: string;
    readonly documentType: string;
    readonly purpose: string;
    readonly subject: string;
    /** See `describeOutcome`. */
    readonly collect: string;
    readonly verified: Verified | undefined;
  },
): Promise<string> => {
  const { requester, provider, documentType, purpose } = asked;
  const name = (id: string): { readonly en: string; readonly ar: string } =>
    copy.agency(id)?.name ?? { en: id, ar: id };
  const agreement = (await copy.agreements()).find(
    ({ terms }) =>
      terms.requester === requester &&
      terms.documentType === documentType &&
      terms.purposes.some((one) => one.purpose === purpose),
  );
  const type = copy.documentType(documentType, 1);
  const all = isObject(type?.schema.properties)
    ? Object.keys(type.schema.properties).filter((claim) => claim !== 'asOf')
    : [];
  const disclosed = outcome.outcome === 'delivered' ? Object.keys(outcome.document) : [];
  const withheld = all.filter((claim) => !disclosed.includes(claim));
  const step = (number: number, en: string, ar: string, ...details: readonly string[]): string =>
    [`${number}. ${en}`, `   ${ar}`, ...details.map((detail) => `   ${detail}`)].join('\n');
  const terms = agreement?.terms;
  const title = terms?.purposes.find((one) => one.purpose === purpose)?.title ?? { en: purpose, ar: purpose };
  return [
    '',
    step(
      1,
      `Asked: ${name(requester).en} asks ${name(provider).en} for: ${type?.title.en ?? documentType}. Invented citizen ${asked.subject}.`,
      `الطلب: ${name(requester).ar} تطلب من ${name(provider).ar}: ${type?.title.ar ?? documentType}. مواطن غير حقيقي رقمه ${asked.subject}.`,
      `request ${outcome.requestId}, signed by ${requester}; subject sealed to ${provider} and the audit service alone`,
    ),
    step(
      2,
      `Agreed: ${terms?.id ?? '-'}, for the purpose: ${title.en}.`,
      `الاتفاقية: ${terms?.id ?? '-'}، والغرض: ${title.ar}.`,
      terms?.legalBasis.en ?? '',
      terms?.legalBasis.ar ?? '',
    ),
    step(
      3,
      'Recorded, before the provider heard of it and before the document left:',
      'الإثبات، قبل أن تعلم الجهة المزوِّدة بالطلب وقبل خروج الوثيقة:',
      ...receiptLines(outcome.receipts),
    ),
    step(
      4,
      `Checked: by the gateway and by ${provider}, the signature of ${requester}; by ${requester}, those of ${provider} (answer and document) and of the gateway (receipts).`,
      `التحقق: تحققت البوابة و${name(provider).ar} من توقيع ${name(requester).ar}، وتحققت ${name(requester).ar} من توقيع ${name(provider).ar} على الرد والوثيقة ومن توقيع البوابة على الإيصالات.`,
    ),
    step(
      5,
      `Disclosed: ${disclosed.join(', ')}.`,
      `البيانات المُفصح عنها: ${disclosed.length} من ${all.length}.`,
      `withheld, and nowhere in the bytes: ${withheld.join(', ')}`,
      `محجوب، ولا أثر له في الوثيقة: ${withheld.length}`,
    ),
    step(6, 'The verified document:', 'الوثيقة الموثَّقة:'),
    describeOutcome(outcome, asked.collect, asked.verified),
    '',
  ].join('\n');
};
