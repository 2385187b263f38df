import { Ajv2020 } from 'ajv/dist/2020.js';
import type { JsonValue } from '../../../kernel/strict-json.ts';

const made = new Map<string, JsonValue>();

/** The meta-schemas of draft 2020-12, by their URIs. */
export const standardSchemas = (): ReadonlyMap<string, JsonValue> => {
  if (made.size > 0) return made;
  for (const [uri, held] of Object.entries(new Ajv2020().schemas)) {
    if (held !== undefined) made.set(uri, held.schema as JsonValue);
  }
  return made;
};
