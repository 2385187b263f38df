import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defineSettings, describeSettings, maskSettings, readSettings } from './index.ts';

const table = defineSettings({
  listen: { type: 'address', default: '127.0.0.1:1', sentence: 'Where.' },
  grace: { type: 'duration-ms', default: 500, sentence: 'How long.' },
  bus: { type: 'one-of', values: ['embedded', 'kafka'], sentence: 'Which.' },
  brokers: { type: 'list', optional: true, sentence: 'Who.' },
  password: { type: 'secret', optional: true, sentence: 'Secret.' },
  folder: { type: 'path', optional: true, sentence: 'A folder.' },
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wasl-config-'));
});
afterAll(() => rm(folder, { recursive: true }));
const fileOf = async (value: object): Promise<string> => {
  const file = join(folder, 'settings.json');
  await writeFile(file, JSON.stringify(value));
  return file;
};

test('the environment wins over the file, defaults fill in, durations take units', async () => {
  const file = await fileOf({ bus: 'kafka', grace: '2s', brokers: ['a:1'], folder: 'x' });
  const values = await readSettings(table, { file, env: { WASL_GRACE: '3s', HOME: '/' } });
  expect(values).toEqual({
    listen: '127.0.0.1:1',
    grace: 3_000,
    bus: 'kafka',
    brokers: ['a:1'],
    folder: join(folder, 'x'),
  });
});

test('everything wrong is said at once, and no value is', async () => {
  const file = await fileOf({ bsu: 'kafka', listen: 'nonsense' });
  const reading = readSettings(table, { file, env: { WASL_GRACE: '-1', WASL_UNHEARD: 'x' } });
  await expect(reading).rejects.toMatchObject({
    code: 'config-invalid',
    params: {
      what: 'WASL_UNHEARD is unknown; bsu is unknown; listen is not of type address; grace is not of type duration-ms; bus is missing',
    },
  });
});

test('a secret comes from a file alone and is masked when shown', async () => {
  const secret = join(folder, 'secret');
  await writeFile(secret, 'hush\n');
  const values = await readSettings(table, { env: { WASL_BUS: 'embedded', WASL_PASSWORD_FILE: secret } });
  expect(values.password).toBe('hush');
  expect(JSON.stringify(maskSettings(table, values))).not.toContain('hush');
  await expect(readSettings(table, { env: { WASL_BUS: 'embedded', WASL_PASSWORD: 'hush' } })).rejects.toMatchObject({
    code: 'config-invalid',
  });
});

test('the table describes itself', () => {
  expect(describeSettings(table)[1]).toEqual({
    name: 'grace',
    environment: 'WASL_GRACE',
    type: 'duration-ms',
    default: '500',
    unit: 'ms',
    sentence: 'How long.',
  });
});
