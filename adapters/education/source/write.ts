import { createHash } from 'node:crypto';
import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { COLUMNS, fileName, type Manifest, manifestName, type Row, stampOf, TABLES, type Table } from '../columns.ts';
import type { SchoolRecords } from './records.ts';
import { encodeWindows1256 } from './windows-1256.ts';

/** Rows as the school system writes them: CSV with a header, CRLF, in Windows-1256. */
export function tableBytes<T extends Table>(table: T, rows: readonly Row<T>[]): Uint8Array {
  const columns: readonly (keyof Row<T>)[] = COLUMNS[table];
  const lines = [columns.join(','), ...rows.map((row) => columns.map((column) => cell(row[column])).join(','))];
  return encodeWindows1256(`${lines.join('\r\n')}\r\n`);
}

const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Writes one complete export, manifest last; gives its stamp. */
export async function writeExport(folder: string, records: SchoolRecords, time: Date): Promise<string> {
  const stamp = stampOf(time);
  const tables = {
    certificates: tableBytes('certificates', records.certificates),
    enrolments: tableBytes('enrolments', records.enrolments),
  };
  const said = TABLES.map((table) => [
    table,
    {
      file: fileName(stamp, table),
      rows: records[table].length,
      sha256: createHash('sha256').update(tables[table]).digest('hex'),
    },
  ]);
  const manifest: Manifest = { exportedAt: time.toISOString(), tables: Object.fromEntries(said) };
  for (const table of TABLES) await put(folder, fileName(stamp, table), tables[table]);
  // With this rename, and not before it, the export is there.
  await put(folder, manifestName(stamp), `${JSON.stringify(manifest, null, 2)}\n`);
  return stamp;
}

/** Writes what an exporter leaves that died half-way: the beginning of one table, and no manifest. */
export async function writeHalf(folder: string, records: SchoolRecords, time: Date): Promise<void> {
  const bytes = tableBytes('certificates', records.certificates);
  await put(folder, fileName(stampOf(time), 'certificates'), bytes.subarray(0, bytes.length / 2));
}

/** Takes away every export, complete or not, whose stamp `keep` does not want; manifests first. */
export async function removeExports(folder: string, keep: (stamp: string) => boolean): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /^[0-9]{8}T[0-9]{6}Z\./.test(name));
  const gone = names.filter((name) => !keep(name.slice(0, name.indexOf('.'))));
  const manifestsFirst = gone.sort((a, b) => Number(b.endsWith('.json')) - Number(a.endsWith('.json')));
  for (const name of manifestsFirst) await rm(join(folder, name), { force: true });
}

async function put(folder: string, name: string, content: string | Uint8Array): Promise<void> {
  const temporary = join(folder, `.${name}.partial`);
  await writeFile(temporary, content);
  await rename(temporary, join(folder, name));
}
