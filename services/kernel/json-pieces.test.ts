import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { primitives } from '../platform/crypto/index.ts';
import { fromUtf8, utf8 } from './bytes.ts';
import { jsonInPieces, parseInPieces } from './json-pieces.ts';
import { PIECE_BYTES } from './pieces.ts';
import { type JsonValue, parseStrictJson } from './strict-json.ts';

const { breathe } = primitives;
/** What a step gives, or the code with which it ends. */
const endOf = async (step: () => Promise<JsonValue> | JsonValue): Promise<unknown> => {
  try {
    return await step();
  } catch (error) {
    return (error as { code: string }).code;
  }
};

test('JSON is written as it is in one piece, and read as strictly', async () => {
  const json = fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' });
  await fc.assert(
    fc.asyncProperty(json, fc.integer({ min: 2, max: 40 }), async (value, most) => {
      const written = await jsonInPieces(breathe, value as JsonValue, most);
      expect(fromUtf8(written)).toBe(JSON.stringify(value));
    }),
  );
  const long = 'س"\\\n😀'.repeat(PIECE_BYTES / 4);
  const large = { long, list: Array.from({ length: 9_000 }, (_, at) => ({ at, name: 'سجل' })) };
  const bytes = await jsonInPieces(breathe, large);
  expect(fromUtf8(bytes) === JSON.stringify(large)).toBe(true);
  expect(await parseInPieces(breathe, bytes)).toEqual(large);
  const text = fromUtf8(bytes);
  const twice = utf8(`{"list":1,${text.slice(1)}`);
  expect(await endOf(() => parseInPieces(breathe, twice))).toBe('duplicate-json-name');
  expect(await endOf(() => parseInPieces(breathe, bytes.subarray(0, -1)))).toBe('malformed-message');
  expect(await endOf(() => parseInPieces(breathe, utf8(`${text.slice(0, -1)},"x":"\\ud800"}`)))).toBe(
    'malformed-message',
  );
});

describe('a disclosure whose value is long', () => {
  const unit = fc.constantFrom(
    ...['a', 'س', '😀', '"', '\\', '\n', 'u', '0', '\\u0041', '\\ud83d', '\\ude00', '","', '"]', '\ud800'],
  );
  const text = fc.array(unit, { maxLength: 80 }).map((all) => all.join(''));
  const both = async (json: string, most: number): Promise<void> => {
    const [pieces, whole] = [
      await endOf(() => parseInPieces(breathe, utf8(json), most)),
      await endOf(() => parseStrictJson(utf8(json))),
    ];
    expect(pieces).toEqual(whole);
  };

  test('is read as it is in one piece, wherever it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 20, max: 90 }), (value, most) =>
        both(JSON.stringify(['c2FsdA', 'photo', value]), most),
      ),
      { numRuns: 500 },
    );
  });

  test('is refused as it is in one piece, whatever stands there instead', async () => {
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 20, max: 90 }), (raw, most) =>
        both(`["c2FsdA","photo","${raw}"]`, most),
      ),
      { numRuns: 1_000 },
    );
    for (const other of ['["s","n",["x","y"]]', '["s","n",{"a":"b","a":"c"}]', '["s\\"","n","x"]', '{"s":"n","x":"y"}'])
      await both(other.replace('x', 'x'.repeat(100)), 20);
  });
});
