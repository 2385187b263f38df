import { isObject } from '../kernel/fields.ts';
import type { Subject } from '../kernel/private-part.ts';
import type { JsonObject } from '../kernel/strict-json.ts';

/** A bare number is taken under the first scheme of the document whose form it has; `xx:name:value` says its scheme. */
export const readSubject = (text: string, schema: JsonObject | undefined): Subject => {
  const [, scheme, value] = /^([a-z]{2}:[a-z-]+):(.+)$/.exec(text) ?? [];
  if (scheme !== undefined && value !== undefined) return { scheme, value };
  const schemes = schema?.['x-subject-schemes'];
  const rules = schemes !== undefined && isObject(schemes) ? Object.entries(schemes) : [];
  const fits = rules.find(
    ([, rule]) => isObject(rule) && typeof rule.pattern === 'string' && new RegExp(rule.pattern, 'u').test(text),
  );
  return { scheme: fits?.[0] ?? rules[0]?.[0] ?? 'jo:national-number', value: text };
};
