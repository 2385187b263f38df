import { describe, expect, test } from 'vitest';
import { makeJudge } from '../../platform/validate/index.ts';
import type { JsonObject, JsonValue } from '../strict-json.ts';
import { type CompatibilityMode, checkCompatibility } from './index.ts';

const judge = makeJudge();
const source = (schema: JsonValue, references: ReadonlyMap<string, JsonValue> = new Map()) => ({ schema, references });
const check = (older: JsonValue, next: JsonValue, mode: CompatibilityMode = 'backward') =>
  checkCompatibility({ older: [source(older)], next: source(next), mode, judge });
const old = (schema: object) => ({ $schema: 'http://json-schema.org/draft-07/schema#', ...schema });
const PERSON = { type: 'object', properties: { a: { type: 'integer' } }, required: ['a', 'b'] };
const LIST = (item: JsonObject) => ({
  $ref: '#/$defs/list',
  $defs: { list: { type: 'object', properties: { value: item, next: { $ref: '#/$defs/list' } } } },
});

/** What reads all that the first accepts, and what does not. */
const PROVEN: readonly (readonly [JsonValue, JsonValue])[] = [
  [false, { type: 'string' }],
  [{ type: 'string' }, true],
  [{ type: 'integer' }, { type: 'number' }],
  [{ type: ['integer', 'string'] }, { anyOf: [{ type: 'number' }, { type: 'string' }] }],
  [{ enum: [1, 'a'] }, { enum: ['a', 1.0, null] }],
  [{ const: { a: 1, b: 2 } }, { enum: [{ b: 2, a: 1 }] }],
  [
    { type: 'integer', minimum: 1, maximum: 9 },
    { exclusiveMinimum: 0, exclusiveMaximum: 10 },
  ],
  [{ multipleOf: 6 }, { multipleOf: 3 }],
  [{ multipleOf: 0.2 }, { multipleOf: 0.1 }],
  [{ type: 'integer', minimum: 0, maximum: 10 }, { anyOf: [{ maximum: 5 }, { minimum: 6 }] }],
  [{ minLength: 2, maxLength: 3 }, { minLength: 1 }],
  [
    { type: 'string', pattern: '^[0-9]{9}$' },
    { type: 'string', pattern: '^[0-9]{9,10}$' },
  ],
  [{ pattern: '(?=a)b' }, { pattern: '(?=a)b' }],
  [
    { type: 'string', format: 'date' },
    { format: 'date', minLength: 0 },
  ],
  [PERSON, { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] }],
  [{ patternProperties: { '^S_': { type: 'string' } } }, { properties: { S_a: { type: 'string' } } }],
  [{ additionalProperties: { type: 'integer' } }, { properties: { a: { type: 'number' } } }],
  [{ propertyNames: { enum: ['a', 'b'] } }, { maxProperties: 2 }],
  [{ required: ['a', 'b'] }, { dependentRequired: { a: ['b'] } }],
  [{ dependentSchemas: { a: { required: ['b', 'c'] } } }, { dependentRequired: { a: ['b'] } }],
  [
    { prefixItems: [{ type: 'integer' }], items: false },
    { maxItems: 1, items: { type: 'number' } },
  ],
  [{ items: { type: 'integer' }, minItems: 1 }, { contains: { type: 'number' } }],
  [
    { contains: { const: 1 }, minContains: 3 },
    { contains: { type: 'number' }, minContains: 2 },
  ],
  [{ uniqueItems: true }, { anyOf: [{ uniqueItems: true }] }],
  [{ oneOf: [{ type: 'string' }, { type: 'number' }] }, { anyOf: [{ type: 'number' }, { type: 'string' }] }],
  [{ not: { type: 'string', maxLength: 9 } }, { not: { type: 'string', maxLength: 5 } }],
  [
    JSON.parse('{"if":{"properties":{"k":{"const":1}}},"then":{"required":["a"]},"else":{"required":["a","b"]}}'),
    { required: ['a'] },
  ],
  [LIST({ type: 'integer' }), LIST({ type: 'number' })],
  [old({ items: [{ type: 'integer' }], additionalItems: false }), old({ items: { type: 'number' } })],
  [old({ dependencies: { a: ['b', 'c'] } }), old({ dependencies: { a: ['b'] } })],
];

const BROKEN: readonly (readonly [JsonValue, JsonValue, string])[] = [
  [true, false, ''],
  [{ type: 'number' }, { type: 'integer' }, '/type'],
  [{ enum: [1, 2] }, { enum: [1] }, '/enum'],
  [{ multipleOf: 3 }, { multipleOf: 6 }, '/multipleOf'],
  [{ type: 'string', pattern: '^[0-9]{9,10}$' }, { type: 'string', pattern: '^[0-9]{10}$' }, '/pattern'],
  [{ type: 'string', format: 'date-time' }, { type: 'string', format: 'date' }, '/format'],
  [{ type: 'string', maxLength: 3 }, { maxLength: 2 }, '/maxLength'],
  [{}, { required: ['constructor'] }, '/required'],
  [
    { required: ['__proto__'] },
    JSON.parse('{"properties":{"__proto__":{"type":"string"}}}'),
    '/properties/__proto__/type',
  ],
  [{ properties: { a: {} } }, { properties: { a: {} }, additionalProperties: false }, '/additionalProperties'],
  [{ minItems: 2 }, { minItems: 3 }, '/minItems'],
  [{ type: 'array' }, { type: 'array', uniqueItems: true }, '/uniqueItems'],
  [{ contains: { type: 'number' } }, { contains: { type: 'number' }, maxContains: 2 }, '/maxContains'],
  [LIST({ type: 'number' }), LIST({ type: 'integer' }), '/$defs/list/properties/value/type'],
  [{ oneOf: [{ type: 'string' }] }, { oneOf: [{ type: 'string' }, { maxLength: 5 }] }, '/oneOf'],
];

const UNPROVEN: readonly (readonly [JsonValue, JsonValue])[] = [
  // A pattern that every text matches is mostly a mistake, and no ground for a proof.
  [{ type: 'string' }, { type: 'string', pattern: '[a-z]*' }],
  [
    { type: 'string', pattern: '(?=a)b' },
    { type: 'string', pattern: '(?=b)b' },
  ],
  [
    { type: 'string', contentEncoding: 'base64' },
    { type: 'string', contentEncoding: 'base32' },
  ],
  // Neither accepts anything: nothing is built on that.
  [
    { type: 'string', const: 1 },
    { type: 'string', const: 2 },
  ],
  // 1.1 is a multiple of 0.1, and not of 0.01 where validators divide floating-point numbers.
  [{ multipleOf: 0.1 }, { multipleOf: 0.01 }],
];

describe('a change', () => {
  test.each(PROVEN)('from %j to %j is compatible', (older, next) => {
    expect(check(older, next)).toMatchObject({ verdict: 'compatible', findings: [] });
  });

  test.each(BROKEN)('from %j to %j breaks a document that is shown', (older, next, pointer) => {
    const { verdict, findings } = check(older, next);
    expect([verdict, findings[0]?.pointer]).toEqual(['incompatible', pointer]);
    for (const { example } of findings) {
      expect(judge.accepts(older, example ?? null, new Map())).toBe(true);
      expect(judge.accepts(next, example ?? null, new Map())).toBe(false);
    }
  });

  test.each(UNPROVEN)('from %j to %j is not guessed at', (older, next) => {
    expect(check(older, next).verdict).not.toBe('compatible');
  });

  test('is refused at every place at which it breaks, in both languages', () => {
    const next = { type: 'object', properties: { a: { type: 'integer', minimum: 2 } }, required: ['a', 'b', 'c'] };
    const { findings } = check(PERSON, next);
    expect(findings.map(({ pointer }) => pointer).sort()).toEqual(['/properties/a/minimum', '/required']);
    expect(findings.every(({ en, ar }) => en.includes('Next move') && ar.includes('الإجراء التالي على'))).toBe(true);
  });
});

test('what nobody has looked at is told by cases', () => {
  const base = { properties: { a: {} }, anyOf: [{ properties: { b: { type: 'string' } }, required: ['b'] }, true] };
  const closed = { ...base, unevaluatedProperties: false };
  const open = { type: 'object', additionalProperties: false, properties: { a: {}, b: {} } };
  expect(check({ type: 'object', ...closed }, open).verdict).toBe('compatible');
  expect(check(closed, { ...base, unevaluatedProperties: { type: 'string' } }).verdict).toBe('compatible');
  expect(check({ ...base, unevaluatedProperties: { type: 'string' } }, closed).verdict).toBe('incompatible');
  const tuple = { allOf: [{ prefixItems: [{ type: 'string' }] }], unevaluatedItems: { type: 'number' } };
  expect(check(tuple, { items: { type: ['string', 'number'] } }).verdict).toBe('compatible');
  expect(check(tuple, { items: { type: ['string', 'integer'] } }).verdict).toBe('incompatible');
});

describe('a mode', () => {
  const versions = [{ maximum: 1 }, { maximum: 3 }, { maximum: 2 }].map((schema) =>
    source({ type: 'number', ...schema }),
  );
  const verdict = (mode: CompatibilityMode, maximum: number) =>
    checkCompatibility({ older: versions, next: source({ type: 'number', maximum }), mode, judge });

  test('says which way to read, and against which versions', () => {
    expect(verdict('backward', 2).verdict).toBe('compatible');
    expect(verdict('backward-transitive', 2)).toMatchObject({ verdict: 'incompatible', findings: [{ against: 1 }] });
    expect(verdict('forward', 2).verdict).toBe('compatible');
    expect(verdict('forward-transitive', 2)).toMatchObject({
      findings: [{ direction: 'forward', against: 0 }],
    });
    expect(verdict('full', 2).verdict).toBe('compatible');
    expect(verdict('full-transitive', 2).findings).toHaveLength(2);
    expect(verdict('none', -5)).toMatchObject({ verdict: 'compatible', findings: [] });
  });
});

test('references lead to definitions, anchors, and registered schemas', () => {
  const uri = 'https://example.jo/number';
  const older = { properties: { a: { $ref: uri } } };
  const registered = (schema: JsonValue) => source(older, new Map([[uri, schema]]));
  const against = (schema: JsonValue) =>
    checkCompatibility({ older: [registered({ type: 'integer' })], next: registered(schema), mode: 'backward', judge });
  expect(against({ type: 'number' }).verdict).toBe('compatible');
  expect(against({ type: 'integer', minimum: 0 })).toMatchObject({
    verdict: 'incompatible',
    findings: [{ pointer: `${uri}#/minimum` }],
  });
  const anchored = { $ref: '#x', $defs: { y: { $anchor: 'x', type: 'integer' } } };
  expect(check(anchored, { type: 'number' }).verdict).toBe('compatible');
});

test('draft-07 must be compatible with and without what stands beside a reference', () => {
  const definitions = { a: { type: 'string' } };
  const older = old({ $ref: '#/definitions/a', maxLength: 3, definitions });
  expect(check(older, old({ $ref: '#/definitions/a', maxLength: 5, definitions })).verdict).toBe('compatible');
  expect(check(older, old({ type: 'string', maxLength: 5 })).verdict).toBe('unproven');
});

test.each<[object, string]>([
  [{ type: 'text' }, 'schema-invalid'],
  [{ minLength: -1 }, 'schema-invalid'],
  [{ properties: [] }, 'schema-invalid'],
  [{ items: [{}] }, 'schema-invalid'],
  [{ pattern: '(' }, 'schema-invalid'],
  [{ $ref: '#/$defs/none' }, 'schema-reference-unreachable'],
  [{ $ref: 'https://example.jo/none' }, 'schema-reference-unreachable'],
  [{ $ref: '#/$defs/a', $defs: { a: { anyOf: [{ $ref: '#' }] } } }, 'schema-reference-loop'],
  [{ $schema: 'https://json-schema.org/draft/2019-09/schema' }, 'schema-draft-unknown'],
])('%j is refused by its code', (schema, code) => {
  expect(() => check({}, schema as JsonValue)).toThrow(expect.objectContaining({ code }));
});
