import type { JsonObject } from '../../../kernel/strict-json.ts';
import type { RestRoute } from '../../../platform/web/index.ts';

/** A route, who may call it, and how the description speaks of it. */
export interface DescribedRoute extends RestRoute {
  readonly access: 'read' | 'write';
  readonly summary: string;
  /** Query parameters that change the answer, by name. Others are taken and do nothing. */
  readonly query?: Readonly<Record<string, string>>;
  /** Name of the body's schema. */
  readonly body?: keyof typeof SHAPES;
  /** Schema of the answer. */
  readonly answer: JsonObject;
  /** Failures of its own, beside those of every call. */
  readonly failures: readonly (400 | 404 | 409 | 413 | 415 | 422)[];
}

const text = (description: string): JsonObject => ({ type: 'string', description });
const ID: JsonObject = { type: 'integer', minimum: 1, description: 'Id of the schema in every subject, for ever.' };
const VERSION: JsonObject = { type: 'integer', minimum: 1 };
const TYPE: JsonObject = { const: 'JSON' };
const REFERENCES: JsonObject = {
  type: 'array',
  items: {
    type: 'object',
    required: ['name', 'subject', 'version'],
    properties: {
      name: text('What its `$ref` says.'),
      subject: text('Subject that it is registered under.'),
      version: VERSION,
    },
  },
};
const SCHEMA = text('The JSON Schema as text.');
const closed = (properties: JsonObject, ...optional: readonly string[]): JsonObject => ({
  type: 'object',
  additionalProperties: false,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
});

export const listOf = (items: JsonObject): JsonObject => ({ type: 'array', items });
export const ref = (name: keyof typeof SHAPES): JsonObject => ({ $ref: `#/components/schemas/${name}` });

/** The bodies that are sent and answered, by name. */
export const SHAPES = {
  Failure: closed({
    error_code: { type: 'integer' },
    message: text('A sentence in English, or in Arabic for those who ask for it.'),
  }),
  NewSchema: {
    type: 'object',
    required: ['schema', 'schemaType'],
    properties: { schema: SCHEMA, schemaType: TYPE, references: REFERENCES },
  },
  Schema: closed({ schemaType: TYPE, schema: SCHEMA, references: REFERENCES }, 'references'),
  Registered: closed(
    { id: ID, version: VERSION, schemaType: TYPE, schema: SCHEMA, references: REFERENCES },
    'references',
  ),
  Version: closed(
    { subject: { type: 'string' }, version: VERSION, id: ID, schemaType: TYPE, schema: SCHEMA, references: REFERENCES },
    'references',
  ),
  Place: closed({ subject: { type: 'string' }, version: VERSION }),
  Compatible: closed(
    {
      is_compatible: { type: 'boolean' },
      messages: listOf(text('What breaks, or cannot be proven; with verbose=true.')),
    },
    'messages',
  ),
  NewLevel: { type: 'object', required: ['compatibility'], properties: { compatibility: { type: 'string' } } },
  NewLevelTaken: closed({ compatibility: { type: 'string' } }),
  Level: closed({ compatibilityLevel: { type: 'string' } }),
  Mode: closed({ mode: { type: 'string' } }),
} as const satisfies Readonly<Record<string, JsonObject>>;
