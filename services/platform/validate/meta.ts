import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { WaslError } from '../../kernel/codes.ts';
import { isObject } from '../../kernel/fields.ts';
import type { JsonValue } from '../../kernel/strict-json.ts';

const MODERN = 'https://json-schema.org/draft/2020-12/schema';
const DRAFTS: ReadonlyMap<string, typeof Ajv | typeof Ajv2020> = new Map<string, typeof Ajv | typeof Ajv2020>([
  [MODERN, Ajv2020],
  ['http://json-schema.org/draft-07/schema', Ajv],
]);

const metaSchemas = new Map<string, ValidateFunction>();

const metaSchemaOf = (draft: string): ValidateFunction | undefined => {
  const Validator = DRAFTS.get(draft);
  const made =
    metaSchemas.get(draft) ??
    (Validator === undefined ? undefined : new Validator({ strict: false, logger: false }).getSchema(draft));
  if (made !== undefined) metaSchemas.set(draft, made);
  return made;
};

/**
 * Holds a schema against its meta-schema: draft 2020-12, also where none is named, or draft-07. Errors: `schema-draft-unknown`,
 * `schema-invalid` with the first place. Its patterns and what it refers to are not looked at.
 */
export const mustBeSchema = (schema: JsonValue): void => {
  if (typeof schema === 'boolean') return;
  if (!isObject(schema)) throw new WaslError('schema-invalid', { pointer: '/', what: 'type' });
  const named = Object.hasOwn(schema, '$schema') ? schema.$schema : undefined;
  const draft = named === undefined ? MODERN : String(named);
  const validate = metaSchemaOf(draft.replace(/#$/, ''));
  if (validate === undefined) throw new WaslError('schema-draft-unknown', { draft: draft.slice(0, 100) });
  if (validate(schema)) return;
  const [first] = validate.errors ?? [];
  throw new WaslError('schema-invalid', {
    pointer: (first?.instancePath || '/').slice(0, 200),
    what: first?.message ?? 'schema',
  });
};
