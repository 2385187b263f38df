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
const patterned = (longer: number): JsonValue => ({
  type: 'object',
  properties: object(12_000, (at) => [`p${at}`, { type: 'string', pattern: `^[a-z]{1,${20 + longer + (at % 7)}}$` }]),
});
const alternatives = (count: number): JsonValue => ({
  oneOf: times(count, (at) => ({ properties: { t: { const: `t${at}` }, v: { maxLength: at } }, required: ['t'] })),
});
const graph = (count: number, longer: number): JsonValue => ({
  $ref: '#/$defs/d0',
  $defs: object(count, (at) => [
    `d${at}`,
    {
      properties: {
        a: { $ref: `#/$defs/d${(at * 7 + 1) % count}` },
        b: { $ref: `#/$defs/d${(at * 13 + 5) % count}` },
        c: { maxLength: at + longer },
      },
    },
  ]),
});
const words = (from: number): JsonValue => ({
  properties: object(100, (at) => [`p${at}`, { pattern: `^(${times(800, (i) => `w${at}o${i + from}`).join('|')})$` }]),
});
const heavy = (more: number): JsonValue => ({
  properties: object(2000, (at) => [`p${at}`, { $ref: '#/$defs/b', maxItems: 90_000 + at + more }]),
  $defs: { b: { const: times(90_000, (at) => at) } },
});
const endless = (maxLength: number): JsonValue => ({
  properties: { a: { maxLength }, b: { $ref: '#/$defs/d0' } },
  required: ['b'],
  $defs: object(50, (at) => [
    `d${at}`,
    at === 49 ? { uniqueItems: true } : { allOf: [{ $ref: `#/$defs/d${at + 1}` }, { $ref: `#/$defs/d${at + 1}` }] },
  ]),
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
  '12,000 patterned members': [patterned(1), patterned(2)],
  '5,000 patterns of names': [
    { patternProperties: object(5000, (at) => [`^x${at}[a-z]{1,4}$`, { type: 'string' }]) },
    { patternProperties: object(5000, (at) => [`^x${at}[a-z]{1,5}$`, { type: 'string' }]) },
  ],
  'an enum of 100,000': [{ enum: times(100_000, (at) => `v${at}`) }, { enum: times(100_001, (at) => `v${at}`) }],
  'an enum of 30,000 objects': [
    { enum: times(30_000, (a) => ({ a, b: [a] })) },
    { enum: times(30_001, (a) => ({ a, b: [a] })) },
  ],
  'three thousand alternatives on both sides': [alternatives(3000), alternatives(3001)],
  'ten thousand dependencies': [
    { dependentRequired: object(10_000, (at) => [`r${at}`, [`s${at}`]]) },
    { dependentRequired: object(10_000, (at) => [`r${at}`, [`t${at}`]]) },
  ],
  'eight thousand schemas that refer to each other': [graph(8000, 1), graph(8000, 2)],
  'a pattern of 400,000 letters': [{ pattern: `^${'a?'.repeat(200_000)}$` }, { pattern: `^${'a?'.repeat(200_001)}$` }],
  'a hundred patterns of eight hundred words': [words(1), words(2)],
  'three hundred patterns with classes of Unicode': [
    { properties: object(300, (at) => [`p${at}`, { pattern: `^[\\p{L}\\p{N} ]{1,${100 + at}}$` }]) },
    { properties: object(300, (at) => [`p${at}`, { pattern: `^[\\p{L}\\p{N} ]{1,${101 + at}}$` }]) },
  ],
  'three thousand texts of 60,000 letters': [
    { properties: object(3000, (at) => [`p${at}`, { type: 'string', minLength: 60_000 + at, maxLength: 90_001 }]) },
    { properties: object(3000, (at) => [`p${at}`, { type: 'string', minLength: 60_000 + at, maxLength: 90_000 }]) },
  ],
  'a value of half a megabyte in two thousand places': [heavy(1), heavy(2)],
  'an example that takes without end to judge': [endless(2), endless(1)],
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
