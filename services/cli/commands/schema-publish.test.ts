import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { schemaPublish } from './schema-publish.ts';

const folder = mkdtempSync(join(tmpdir(), 'wasl-publish-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.each(['status', 'sub', 'given-name', 'الاسم', 'x'.repeat(65), '__proto__'])(
  'a schema with a claim called %s, which no credential could disclose, is refused before the registry is asked',
  async (name) => {
    const path = join(folder, 'library.card.v1.json');
    const properties = `{"asOf":{"type":"string"},${JSON.stringify(name)}:{"type":"string"}}`;
    writeFileSync(path, `{"title":"Card","x-title-ar":"بطاقة","type":"object","properties":${properties}}`);
    const refused = { code: 'schema-claim-name', params: { name } };
    await expect(schemaPublish(path, { as: join(folder, 'nobody') })).rejects.toMatchObject(refused);
  },
);
