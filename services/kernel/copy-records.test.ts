import { describe, expect, test } from 'vitest';
import { honest, publish, registry } from '../../test/support/registry-world.ts';
import { encodeBase64url } from './base64url.ts';
import { utf8 } from './bytes.ts';
import { entityOf, holdRecord } from './copy-records.ts';
import { signRecord } from './registry.ts';

const { records } = await publish(honest);
const saidOf = (text: string): string => Buffer.from(text.split('.')[1] ?? '', 'base64url').toString();
const saying = (json: string): string => `e30.${encodeBase64url(utf8(json))}.AA`;
const found = (text: string) => {
  const { kind, key, parties, provider, revoked } = holdRecord(text);
  return { kind, key, parties, provider, revoked };
};
const texts = records.map(({ text }) => text.read());

describe('what is found of a record in haste', () => {
  test.each(texts.map((text) => [holdRecord(text).key, text]))(
    'does not depend on how its JSON is written: %s',
    (_, text) => {
      const json = saidOf(text);
      const { aud, entity } = JSON.parse(json);
      const written = [
        JSON.stringify({ entity, aud }),
        JSON.stringify({ aud, entity }, undefined, 2),
        json.replace('"entity"', '"\\u0065ntity"'),
      ];
      for (const other of written) expect(found(saying(other))).toEqual(found(text));
    },
  );

  test('does not depend on how the terms of an agreement are written', () => {
    const text = texts.find((each) => holdRecord(each).kind === 'agreement') as string;
    const { entity } = JSON.parse(saidOf(text));
    const terms = JSON.parse(saidOf(entity.signed.requester));
    for (const written of [
      JSON.stringify(terms, undefined, 1),
      JSON.stringify(terms).replace('"requester"', '"\\u0072equester"'),
    ]) {
      const other = { ...entity, signed: { ...entity.signed, requester: saying(written) } };
      expect(found(saying(JSON.stringify({ aud: 'wasl', entity: other }))).parties).toEqual(found(text).parties);
    }
  });

  test('is what it says, strictly read, for each that a registry signs', () => {
    for (const record of records) {
      const entity = entityOf(record, record.kind as NonNullable<typeof record.kind>);
      expect(record.provider).toBe(entity.kind === 'document-type' ? entity.provider : undefined);
    }
    const key = (id: string, version: number) =>
      signRecord(registry, { ...honest.find(({ kind }) => kind === 'document-type'), id, version } as never).then(
        (text) => holdRecord(text).key,
      );
    return expect(Promise.all([key('وصل', 1), key('a"b', 12)])).resolves.toEqual([
      'document-type/وصل/1',
      'document-type/a"b/12',
    ]);
  });

  test.each([
    'null',
    '[]',
    '{"entity":7}',
    '{"entity":{"kind":"agreement"}}',
    '{"entity":{"kind":"agreement","id":{"toString":7}}}',
    '{"aud":"wasl","entity":{"id":"x","kind":"agreement","signed":{"requester":"',
    '{"aud":"wasl","entity":{"id":"x","kind":"document-type","provider":"',
    'no JSON',
  ])('is no end of anything: %s', (json) => {
    expect(found(saying(json)).parties).toBeUndefined();
  });

  test.each(['"kind":"agreement","id":', '"kind":"document-type","id":"x","version":1,"provider":'])(
    'is no end of anything, however deep what stands for a text: %s',
    (names) => {
      const text = saying(`{"entity":{${names}${'['.repeat(100_000)}${']'.repeat(100_000)}}}`);
      expect(holdRecord(text)).toMatchObject({ kind: undefined, key: holdRecord(text).digest });
    },
  );
});
