import { readFileSync } from 'node:fs';
import { CODES, sentence, WaslError } from '../../kernel/codes.ts';
import {
  type Check,
  type CompatibilityMode,
  checkCompatibility,
  type Finding,
  readSchemaText,
} from '../../kernel/containment/index.ts';
import type { JsonValue } from '../../kernel/strict-json.ts';
import { makeJudge } from '../../platform/validate/index.ts';
import type { End } from '../end.ts';

export interface SchemaCheckFlags {
  readonly mode: CompatibilityMode;
  readonly reference: readonly string[];
}

/** Whether the last of the files may follow the ones before it. */
export const schemaCheck = (files: readonly string[], { mode, reference }: SchemaCheckFlags): End => {
  if (files.length < 2) throw new WaslError('bad-usage', { what: 'an older schema and a new one are needed' });
  const references = new Map(reference.map(referenceOf));
  const sources = files.map((file) => ({ schema: schemaIn(file), references }));
  const next = sources.pop();
  if (next === undefined) throw new WaslError('bad-usage', { what: 'no schema' });
  return endOf(checkCompatibility({ older: sources, next, mode, judge: makeJudge() }), files);
};

const schemaIn = (file: string): JsonValue => {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new WaslError('bad-usage', { what: `${file} cannot be read` }, { cause });
  }
  return readSchemaText(bytes);
};

const referenceOf = (text: string): [string, JsonValue] => {
  const cut = text.lastIndexOf('=');
  if (cut < 1) throw new WaslError('bad-usage', { what: `${text} is not URI=FILE` });
  return [text.slice(0, cut), schemaIn(text.slice(cut + 1))];
};

const endOf = ({ verdict, findings }: Check, files: readonly string[]): End => {
  const json = { compatible: verdict === 'compatible', verdict, findings };
  if (verdict === 'compatible') {
    return { kind: 'delivered', json, text: 'compatible: proven for every document\nمتوافق: ثبت ذلك لكل وثيقة' };
  }
  const code = verdict === 'incompatible' ? 'schema-incompatible' : 'schema-unproven';
  const lines = findings.map((finding) => textOf(finding, files[finding.against ?? 0] ?? ''));
  return {
    kind: CODES[code].kind,
    json: { ...json, code, message: { en: sentence(code, 'en'), ar: sentence(code, 'ar') } },
    text: [
      `${verdict === 'incompatible' ? 'incompatible' : 'cannot be proven compatible'}\n${verdict === 'incompatible' ? 'غير متوافق' : 'لا يمكن إثبات التوافق'}`,
      ...lines,
    ].join('\n\n'),
  };
};

const textOf = ({ direction, pointer, en, ar, example }: Finding, against: string): string =>
  [
    `${pointer === '' ? '/' : pointer}  (${direction}, against ${against})`,
    `  ${en}`,
    `  ${ar}`,
    ...(example === undefined ? [] : [`  a document that would break: ${JSON.stringify(example)}`]),
  ].join('\n');
