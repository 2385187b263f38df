import { createHash } from 'node:crypto';
import { constants, type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { TextDecoder } from 'node:util';
import { COLUMNS, fileName, type Manifest, manifestName, type Row, stampOf, TABLES, type Table } from './columns.ts';
import { readCsv } from './csv.ts';

/** One complete export, in memory. */
export interface Export {
  readonly exportedAt: string;
  /** Every row of a table that carries this national number. */
  rows<T extends Table>(table: T, nationalNumber: string): readonly Row<T>[];
}

export interface Limits {
  readonly rows: number;
  readonly bytes: number;
  /** Called between parts of a file: lets others have the process. */
  readonly breathe: () => Promise<unknown>;
}
export const LIMITS: Limits = { rows: 500_000, bytes: 256 * 1024 * 1024, breathe: () => setImmediate() };

const MAX_MANIFEST_BYTES = 16_384;
const PART = 65_536;
const NATIONAL_NUMBER = /^[0-9]{10}$/;
// WHATWG maps every byte of Windows-1256 to something; what no text has are the control characters.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f]/;
const CELL = '\u001f';

/** Reads the export of this stamp whole, or throws a RangeError that says what is wrong with it, without a cell of it. */
export async function loadExport(folder: string, stamp: string, limits: Limits = LIMITS): Promise<Export> {
  const manifest = await readManifest(folder, stamp);
  const [certificates, enrolments] = [
    await loadTable(folder, 'certificates', manifest, limits),
    await loadTable(folder, 'enrolments', manifest, limits),
  ];
  const tables = { certificates, enrolments };
  return {
    exportedAt: manifest.exportedAt,
    rows: <T extends Table>(table: T, nationalNumber: string) =>
      [tables[table].get(nationalNumber) ?? []].flat().map((row) => toRow(table, row)),
  };
}

function toRow<T extends Table>(table: T, row: string): Row<T> {
  const cells = row.split(CELL);
  return Object.fromEntries(COLUMNS[table].map((column, i) => [column, cells[i] ?? ''])) as Row<T>;
}

async function readManifest(folder: string, stamp: string): Promise<Manifest> {
  const parts: Uint8Array[] = [];
  for await (const part of partsOf(folder, manifestName(stamp), MAX_MANIFEST_BYTES)) parts.push(part);
  let value: Partial<Manifest> | null;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts)));
  } catch {
    throw new RangeError('the manifest is not JSON');
  }
  const exportedAt = value?.exportedAt;
  const time = new Date(typeof exportedAt === 'string' ? exportedAt : Number.NaN);
  if (Number.isNaN(time.getTime()) || time.toISOString() !== exportedAt || stampOf(time) !== stamp) {
    throw new RangeError('the manifest is of another time than its name');
  }
  for (const table of TABLES) {
    const said: Partial<Manifest['tables'][Table]> | undefined = value?.tables?.[table];
    // The name is known beforehand, so no path that a manifest gives is ever followed.
    if (said?.file !== fileName(stamp, table)) throw new RangeError('the manifest names another file');
    if (!Number.isSafeInteger(said.rows) || !/^[0-9a-f]{64}$/.test(String(said.sha256))) {
      throw new RangeError('the manifest lacks rows or SHA-256');
    }
  }
  return value as Manifest;
}

async function loadTable(folder: string, table: Table, manifest: Manifest, limits: Limits) {
  const said = manifest.tables[table];
  if (said.rows > limits.rows) throw new RangeError('the table has more rows than the limit');
  const hash = createHash('sha256');
  const text = textOf(partsOf(folder, said.file, limits.bytes), (part) => hash.update(part), limits.breathe);
  const index = new Map<string, string | readonly string[]>();
  let rows = -1;
  for await (const record of readCsv(text)) {
    rows += 1;
    if (rows === 0) {
      if (record.join() !== COLUMNS[table].join()) throw new RangeError('the table has another header');
      continue;
    }
    if (rows > said.rows) break;
    const number = record[0] ?? '';
    // Unreadable numbers would turn somebody who is on record into somebody who is not.
    if (!NATIONAL_NUMBER.test(number)) throw new RangeError('a row has no national number');
    const row = record.join(CELL);
    const held = index.get(number);
    index.set(number, held === undefined ? row : [held, row].flat());
  }
  if (rows !== said.rows) throw new RangeError('the table has another number of rows than its manifest says');
  // What was parsed is what was hashed: a file changed under the reader cannot pass.
  if (hash.digest('hex') !== said.sha256) throw new RangeError('the table has another SHA-256 than its manifest says');
  return index;
}

async function* textOf(
  parts: AsyncIterable<Uint8Array>,
  seen: (part: Uint8Array) => void,
  breathe: () => Promise<unknown>,
): AsyncGenerator<string> {
  const windows = new TextDecoder('windows-1256', { fatal: true });
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  let ascii = true;
  let maybeUtf8 = true;
  for await (const part of parts) {
    seen(part);
    ascii &&= part.every((byte) => byte < 0x80);
    maybeUtf8 &&= decodes(utf8, part);
    const text = windows.decode(part, { stream: true });
    if (CONTROL.test(text)) throw new RangeError('the table is not text in Windows-1256');
    yield text;
    await breathe();
  }
  // Arabic in Windows-1256 is never well-formed UTF-8; read as the other it would be served as gibberish.
  if (!ascii && maybeUtf8) throw new RangeError('the table is in UTF-8, not in Windows-1256');
}

function decodes(decoder: TextDecoder, part: Uint8Array): boolean {
  try {
    decoder.decode(part, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** A plain file's bytes: follows no link, waits for no pipe, and ends with an error beyond `max`. */
async function* partsOf(folder: string, name: string, max: number): AsyncGenerator<Uint8Array> {
  const file: FileHandle = await open(
    join(folder, name),
    constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
  );
  try {
    if (!(await file.stat()).isFile()) throw new RangeError('an export is made of plain files');
    for (let bytes = 0; ; ) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(PART), 0, PART, null);
      if (bytesRead === 0) return;
      bytes += bytesRead;
      if (bytes > max) throw new RangeError('a file of the export is over the size limit');
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
