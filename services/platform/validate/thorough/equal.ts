import type { JsonValue } from '../../../kernel/strict-json.ts';

/** A text that two values share exactly when JSON Schema calls them equal, whatever their members are called. */
export const keyOf = (value: JsonValue): string => {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(keyOf).join()}]`;
  const members = Object.entries(value).map(([name, inner]) => `${JSON.stringify(name)}:${keyOf(inner)}`);
  return `{${members.sort().join()}}`;
};
