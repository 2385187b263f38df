import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBase64url, encodeBase64url } from './base64url.ts';
import { canonicalJson } from './canonical.ts';
import { type JsonValue, parseStrictJson } from './strict-json.ts';

const json = fc.jsonValue({ maxDepth: 5, stringUnit: 'binary' });
const code = (step: () => unknown): string => {
  try {
    step();
    return 'taken';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('canonical JSON', () => {
  test('is what another implementation of RFC 8785 writes, for any value', () => {
    fc.assert(fc.property(json, (value) => canonicalJson(value as JsonValue) === canonicalize(value)));
  });

  test.each([[Number.NaN], [Number.POSITIVE_INFINITY], ['\ud800'], [{ '\udfff': 1 }], [[undefined as never]]])(
    'does not write what I-JSON cannot say: %j',
    (value) => {
      expect(code(() => canonicalJson(value))).toBe('malformed-message');
    },
  );
});

describe('strict JSON', () => {
  test('reads what was written, however it is spaced and escaped', () => {
    fc.assert(
      fc.property(json, fc.nat(3), (value, space) => {
        const text = JSON.stringify(value, null, space);
        expect(parseStrictJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('refuses a name given twice, at any depth and in any spelling', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(20), (name, depth) => {
        const escaped = `"${[...name]
          .flatMap((one) => one.split(''))
          .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
          .join('')}"`;
        const twice = `{${JSON.stringify(name)}:"\\"\\\\", ${escaped} : 1}`;
        expect(code(() => parseStrictJson('['.repeat(depth) + twice + ']'.repeat(depth)))).toBe('duplicate-json-name');
      }),
    );
  });

  test.each([
    ['{"a":"\\ud800"}'],
    ['{"a":"\\\\\\ud800"}'],
    ['{"\\udfff":1}'],
    [`${'['.repeat(65)}${']'.repeat(65)}`],
    ['{"a":1,}'],
  ])('refuses %s', (text) => {
    expect(code(() => parseStrictJson(text))).toBe('malformed-message');
  });

  test('takes a name again in another object, and a value that looks like a name', () => {
    const text = '{"a":{"a":["a","a",{"a":"a"}]},"b":"a","c\\\\":"\\"","c":"}"}';
    expect(parseStrictJson(text)).toEqual(JSON.parse(text));
  });
});

test('base64url has one spelling for each value', () => {
  const alphabet = fc.constantFrom(...'ABEIMQUYcgkosw048_-=+/ é');
  fc.assert(
    fc.property(
      fc.oneof(
        fc.base64String(),
        fc.array(alphabet, { maxLength: 9 }).map((all) => all.join('')),
      ),
      (text) => {
        const one = encodeBase64url(Buffer.from(text, 'base64url')) === text;
        expect(code(() => decodeBase64url(text))).toBe(one ? 'taken' : 'malformed-message');
      },
    ),
    { numRuns: 2_000 },
  );
});
