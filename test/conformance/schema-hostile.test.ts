import { expect, test } from 'vitest';
import { checkCompatibility } from '../../services/kernel/containment/index.ts';
import type { JsonObject, JsonValue } from '../../services/kernel/strict-json.ts';
import { makeJudge } from '../../services/platform/validate/index.ts';

const judge = makeJudge();
/** What a check may cost: a fraction of a second of one core, and as much again for the judge. */
const MOST_STEPS = 101_000;

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));
const object = (count: number, make: (index: number) => readonly [string, JsonValue]): JsonObject =>
  Object.fromEntries(times(count, make));
const nested = (levels: number, wrap: (inner: JsonValue) => JsonValue, inner: JsonValue): JsonValue =>
  times(levels, () => wrap).reduce((made, each) => each(made), inner);
const tagged = (count: number, longer: number): JsonValue => ({
  oneOf: times(count, (at) => ({
    type: 'object',
    properties: { t: { const: `t${at}` }, v: object(9, (i) => [`q${i}`, { maxLength: at + i + longer }]) },
    required: ['t'],
  })).map(({ properties, ...rest }) => ({ ...rest, properties: { ...properties, v: { properties: properties.v } } })),
});
const knot = (count: number, last: JsonObject): JsonValue => ({
  $ref: '#/$defs/d0',
  $defs: object(count, (at) => [
    `d${at}`,
    {
      type: 'object',
      properties: object(count, (to) => [`p${to}`, { $ref: `#/$defs/d${(at * 7 + to) % count}` }]),
      ...(at === count - 1 ? last : {}),
    },
  ]),
});
const chain = (length: number, last: JsonValue, inPlace: boolean): JsonValue => ({
  $ref: '#/$defs/d0',
  $defs: object(length, (at) => {
    const next = { $ref: `#/$defs/d${at + 1}` };
    return [`d${at}`, at === length - 1 ? last : inPlace ? next : { properties: { a: next } }];
  }),
});
const members = (count: number, type: string): JsonValue => ({
  type: 'object',
  properties: object(count, (at) => [`p${at}`, { type }]),
  required: times(count, (at) => `p${at}`),
});

const HOSTILE: Readonly<Record<string, readonly [JsonValue, JsonValue]>> = {
  'an enum of 50,000': [{ enum: times(50_000, (at) => `v${at}`) }, { enum: times(50_001, (at) => `v${at}`) }],
  'an enum of 50,000 against a pattern': [{ enum: times(50_000, (at) => `v${at}`) }, { pattern: '^v[0-9]+$' }],
  'a thousand alternatives': [
    { anyOf: times(1000, (at) => ({ const: at })) },
    { anyOf: times(1001, (at) => ({ const: at })) },
  ],
  'forty tagged alternatives': [tagged(40, 1), tagged(40, 2)],
  'two hundred tagged alternatives': [tagged(200, 1), tagged(201, 2)],
  'every choice with every other': [
    { allOf: times(24, (at) => ({ anyOf: [{ required: [`a${at}`] }, { required: [`b${at}`] }] })) },
    { allOf: times(24, (at) => ({ anyOf: [{ required: [`a${at}`] }, { required: [`c${at}`] }] })) },
  ],
  'schemas that all refer to all': [knot(12, {}), knot(12, { maxProperties: 3 })],
  'a chain of 4,000 references': [chain(4000, { type: 'integer' }, false), chain(4000, { type: 'number' }, false)],
  'a chain of 4,000 references in one place': [
    chain(4000, { type: 'integer' }, true),
    chain(4000, { type: 'number' }, true),
  ],
  'a schema that doubles fifty times': [
    {
      $ref: '#/$defs/d0',
      $defs: object(50, (at) => [
        `d${at}`,
        at === 49 ? { type: 'integer' } : { allOf: [{ $ref: `#/$defs/d${at + 1}` }, { $ref: `#/$defs/d${at + 1}` }] },
      ]),
    },
    { type: 'number' },
  ],
  'negations in negations': [
    nested(60, (not) => ({ not }), { type: 'integer' }),
    nested(60, (not) => ({ not }), { type: 'number' }),
  ],
  'documents sixty levels deep': [
    nested(60, (a) => ({ properties: { a }, required: ['a'] }), { type: 'integer' }),
    nested(60, (a) => ({ properties: { a }, required: ['a'] }), { type: 'number' }),
  ],
  'patterns that backtracking does not finish': [{ pattern: '^(a+)+$' }, { pattern: '^(a|aa)+$' }],
  'the same, with what only backtracking can do': [{ pattern: '^(a+)+\\1$' }, { pattern: '^(a|aa)+\\1$' }],
  'a pattern whose machine is large': [{ pattern: '(a|b)*a(a|b){15}$' }, { pattern: '(a|b)*a(a|b){14}$' }],
  'repetitions of repetitions': [{ pattern: '^(a{1,999}){1,999}$' }, { pattern: '^[a-z]{1,1999}$' }],
  'two dozen patterns of names': [
    { patternProperties: object(24, (at) => [`x${String.fromCharCode(97 + at)}`, { minimum: at }]) },
    { patternProperties: object(24, (at) => [`x${String.fromCharCode(97 + at)}`, { minimum: at - 1 }]) },
  ],
  'three thousand members': [members(3000, 'integer'), members(3000, 'number')],
  'lengths of a thousand million': [{ minItems: 1e9, minLength: 1e9, minProperties: 1e9 }, { minItems: 1e9 + 1 }],
  'twelve ways of having been looked at': [
    { anyOf: times(12, (at) => ({ properties: { [`a${at}`]: true } })), unevaluatedProperties: false },
    { anyOf: times(12, (at) => ({ properties: { [`a${at}`]: true } })), unevaluatedProperties: { type: 'null' } },
  ],
};

test.each(Object.entries(HOSTILE))('%s end within the steps of a check', (name, [older, next]) => {
  for (const mode of ['backward', 'forward'] as const) {
    const from = performance.now();
    const source = (schema: JsonValue) => ({ schema, references: new Map() });
    const { verdict, steps } = checkCompatibility({ older: [source(older)], next: source(next), mode, judge });
    process.stderr.write(
      `schemas: ${name}, ${mode}: ${verdict}, ${steps} steps, ${Math.round(performance.now() - from)} ms\n`,
    );
    expect(steps).toBeLessThan(MOST_STEPS);
  }
});
