import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { generatePopulation } from '../population/index.ts';
import { COLUMNS, fileName, manifestName, type Row } from './columns.ts';
import { type Exports, openExports } from './exports.ts';
import { LIMITS, loadExport } from './load.ts';
import { schoolRecords } from './source/records.ts';
import { encodeWindows1256 } from './source/windows-1256.ts';
import { tableBytes, writeExport } from './source/write.ts';

const DAY = 24 * 3_600_000;
const records = schoolRecords(generatePopulation(11, 1_500));
const LAST_NIGHT = new Date('2026-01-09T02:00:00.000Z');
const TONIGHT = new Date('2026-01-10T02:00:00.000Z');
const [first, second] = records.certificates as readonly [Row<'certificates'>, Row<'certificates'>];

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'wasl-exports-'));
});
afterAll(() => rm(root, { recursive: true }));

let folder: string;
let stamp: string;
beforeEach(async () => {
  folder = await mkdtemp(join(root, 'e-'));
  await writeExport(folder, records, LAST_NIGHT);
  stamp = await writeExport(folder, records, TONIGHT);
});

type Json = Record<string, unknown>;
const manifestPath = () => join(folder, manifestName(stamp));
const tablePath = () => join(folder, fileName(stamp, 'certificates'));
const changeManifest = async (change: (manifest: { exportedAt: string; tables: Record<string, Json> }) => unknown) => {
  const manifest = JSON.parse(await readFile(manifestPath(), 'utf8'));
  change(manifest);
  await writeFile(manifestPath(), JSON.stringify(manifest));
};
/** Puts other bytes into tonight's certificates, with a manifest that agrees with them. */
const put = async (bytes: Uint8Array, rows = records.certificates.length): Promise<void> => {
  await writeFile(tablePath(), bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await changeManifest(({ tables }) => Object.assign(tables.certificates ?? {}, { rows, sha256 }));
};
const good = (): Uint8Array => tableBytes('certificates', records.certificates);
const goodText = (): string => new TextDecoder('windows-1256').decode(good());
const open = (more: object = {}) => {
  const refused: string[] = [];
  const exports = openExports({
    folder,
    maxAgeMs: 2 * DAY,
    now: () => TONIGHT.getTime() + 60_000,
    refused: (at, why) => refused.push(`${at}: ${why instanceof Error ? why.message : why}`),
    ...more,
  });
  return { exports, refused };
};
const servedAt = async (exports: Exports): Promise<string> => {
  const current = await exports.current();
  return current.kind === 'fresh' ? current.export.exportedAt : current.kind;
};

const HEADER = COLUMNS.certificates.join(',');
const line = (row: Row<'certificates'>, over: Partial<Row<'certificates'>> = {}): string =>
  COLUMNS.certificates.map((column) => ({ ...row, ...over })[column]).join(',');

describe('an export that cannot be trusted', () => {
  const flaws: readonly (readonly [string, string, () => Promise<unknown>])[] = [
    ['a quote left open', 'CSV_', () => put(encodeWindows1256(goodText().replace('\r\n', '\r\n"')))],
    [
      'a quote in mid-cell',
      'INVALID_OPENING_QUOTE',
      () => put(encodeWindows1256(`${HEADER}\r\n${line(first, { name_en: 'a"b' })}\r\n`), 1),
    ],
    [
      'a column too many',
      'CSV_RECORD_INCONSISTENT',
      () => put(encodeWindows1256(`${HEADER}\r\n${line(first)},x\r\n`), 1),
    ],
    [
      'a column too few',
      'CSV_RECORD_INCONSISTENT',
      () => put(encodeWindows1256(`${HEADER}\r\nx${line(first).slice(0, 40)}\r\n`), 1),
    ],
    [
      'an unknown header',
      'another header',
      () => put(encodeWindows1256(goodText().replace('seat_number', 'religion'))),
    ],
    [
      'its columns in another order',
      'another header',
      () => put(encodeWindows1256(goodText().replace('name_ar,name_en', 'name_en,name_ar'))),
    ],
    ['an empty table without a header', 'another number of rows', () => put(new Uint8Array(), 0)],
    ['a UTF-8 byte order mark', 'another header', () => put(Buffer.concat([Uint8Array.of(0xef, 0xbb, 0xbf), good()]))],
    ['UTF-8 instead of Windows-1256', 'UTF-8', () => put(Buffer.from(goodText()))],
    ['UTF-16 instead of Windows-1256', 'not text', () => put(Buffer.from(goodText(), 'utf16le'))],
    ['control characters', 'not text', () => put(encodeWindows1256(goodText().replace('male', 'ma\u0000le')))],
    [
      'a row without a national number',
      'no national number',
      () => put(encodeWindows1256(`${HEADER}\r\n${line(first, { national_number: '12' })}\r\n`), 1),
    ],
    [
      'a cell without end',
      'CSV_MAX_RECORD_SIZE',
      () => put(encodeWindows1256(`${HEADER}\r\n${line(first, { name_en: 'a'.repeat(9_000) })}\r\n`), 1),
    ],
    [
      'another digest than the manifest says',
      'another SHA-256',
      () => writeFile(tablePath(), encodeWindows1256(goodText().replace('pass', 'fail'))),
    ],
    ['fewer rows than the manifest says', 'another number of rows', () => put(good(), records.certificates.length + 1)],
    ['more rows than the manifest says', 'another number of rows', () => put(good(), 1)],
    [
      'more rows than the limit',
      'more rows than the limit',
      () => changeManifest(({ tables }) => Object.assign(tables.certificates ?? {}, { rows: 500_001 })),
    ],
    [
      'a manifest that names another file',
      'names another file',
      () =>
        changeManifest(({ tables }) =>
          Object.assign(tables.certificates ?? {}, { file: fileName(stamp, 'enrolments') }),
        ),
    ],
    [
      'a manifest that leaves the folder',
      'names another file',
      () =>
        changeManifest(({ tables }) =>
          Object.assign(tables.certificates ?? {}, { file: `../${fileName(stamp, 'certificates')}` }),
        ),
    ],
    [
      'a manifest without a table',
      'names another file',
      () => changeManifest(({ tables }) => delete tables.enrolments),
    ],
    [
      'a manifest without a digest',
      'lacks rows or SHA-256',
      () => changeManifest(({ tables }) => delete tables.certificates?.sha256),
    ],
    [
      'a manifest of another time',
      'another time',
      () => changeManifest((manifest) => Object.assign(manifest, { exportedAt: LAST_NIGHT.toISOString() })),
    ],
    [
      'a manifest of no time',
      'another time',
      () => changeManifest((manifest) => Object.assign(manifest, { exportedAt: 'today' })),
    ],
    [
      'a manifest cut short',
      'not JSON',
      async () => writeFile(manifestPath(), (await readFile(manifestPath())).subarray(0, 90)),
    ],
    ['a manifest that is null', 'another time', () => writeFile(manifestPath(), 'null')],
    ['a manifest that is huge', 'over the size limit', () => writeFile(manifestPath(), ' '.repeat(20_000))],
    ['a table that is missing', 'ENOENT', () => rm(tablePath())],
    [
      'a table that is a link',
      'ELOOP',
      async () => {
        await rename(tablePath(), join(folder, 'elsewhere'));
        await symlink(join(folder, 'elsewhere'), tablePath());
      },
    ],
    [
      'a table that is a pipe',
      'plain files',
      async () => {
        await rm(tablePath());
        await promisify(execFile)('mkfifo', [tablePath()]);
      },
    ],
  ];

  it.each(flaws)('with %s is refused, and the last complete one is served', async (_, why, spoil) => {
    await spoil();
    const { exports, refused } = open();
    expect(await servedAt(exports)).toBe(LAST_NIGHT.toISOString());
    expect(refused).toEqual([expect.stringContaining(why)]);
    // Said once, and not read again while nothing of it changes.
    await exports.look();
    expect(refused.length).toBe(1);
    expect(refused.join()).not.toContain(first.national_number);
  });

  it('over the size limit is refused', async () => {
    await expect(loadExport(folder, stamp, { ...LIMITS, bytes: 10_000 })).rejects.toThrow('over the size limit');
  });

  it('is no answer when there is no other', async () => {
    await rm(join(folder, manifestName('20260109T020000Z')));
    await put(good(), 1);
    expect(await servedAt(open().exports)).toBe('none');
  });

  it('dated beyond the clock is not taken, for it would never be late', async () => {
    await writeExport(folder, records, new Date(TONIGHT.getTime() + 400 * DAY));
    expect(await servedAt(open().exports)).toBe(TONIGHT.toISOString());
  });

  it('is taken after all once it is written right', async () => {
    await put(good(), 1);
    const { exports } = open();
    expect(await servedAt(exports)).toBe(LAST_NIGHT.toISOString());
    await put(good());
    await exports.look();
    expect(await servedAt(exports)).toBe(TONIGHT.toISOString());
  });

  it('swapped while it is read is not taken in parts: the whole old one is served, then the whole new one', async () => {
    let swap: (() => Promise<void>) | undefined = () => put(encodeWindows1256(goodText().replaceAll('pass', 'fail')));
    const breathe = async () => {
      const now = swap;
      swap = undefined;
      await now?.();
    };
    const { exports, refused } = open({ limits: { ...LIMITS, breathe } });
    expect(await servedAt(exports)).toBe(LAST_NIGHT.toISOString());
    expect(refused).toEqual([expect.stringContaining('another SHA-256')]);
    await exports.look();
    const current = await exports.current();
    if (current.kind !== 'fresh') throw new Error(current.kind);
    expect(current.export.exportedAt).toBe(TONIGHT.toISOString());
    for (const { national_number } of records.certificates)
      expect(current.export.rows('certificates', national_number)).toMatchObject([{ result: 'fail' }]);
  });
});

describe('what looks dangerous and is text', () => {
  it('keeps a cell that a spreadsheet would run, a comma and a quote as they are', async () => {
    const name = '=HYPERLINK("http://x.test","a, b")';
    await put(tableBytes('certificates', [{ ...first, name_en: name, school_en: '@x', school_ar: '+1' }]), 1);
    const { rows } = await loadExport(folder, stamp);
    expect(rows('certificates', first.national_number)).toEqual([
      { ...first, name_en: name, school_en: '@x', school_ar: '+1' },
    ]);
  });

  it('finds nobody under a name of the prototype', async () => {
    const { rows } = await loadExport(folder, stamp);
    expect(rows('certificates', '__proto__')).toEqual([]);
  });

  it('gives every row of a number that is there twice', async () => {
    await put(tableBytes('certificates', [first, second, { ...second, national_number: first.national_number }]), 3);
    const { rows } = await loadExport(folder, stamp);
    expect(rows('certificates', first.national_number).length).toBe(2);
    expect(rows('certificates', second.national_number).length).toBe(1);
  });
});

it('lets others have the process between parts of 64 KiB', async () => {
  let breaths = 0;
  await loadExport(folder, stamp, {
    ...LIMITS,
    breathe: () => {
      breaths += 1;
      return LIMITS.breathe();
    },
  });
  expect(breaths).toBeGreaterThanOrEqual(Math.ceil(good().length / 65_536) + 1);
});

it('shares one look among all who ask at the same time', async () => {
  let reads = 0;
  const breathe = async () => {
    reads += 1;
  };
  const { exports } = open({ limits: { ...LIMITS, breathe } });
  await exports.current();
  const once = reads;
  reads = 0;
  const others = open({ limits: { ...LIMITS, breathe } }).exports;
  await Promise.all(Array.from({ length: 20 }, () => others.current()));
  expect(reads).toBe(once);
});
