import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TextDecoder } from 'node:util';
import { CsvError, parse } from 'csv-parse/sync';
import { SourceUnavailable } from 'wasl-kit';
import type { Entry, Source } from '../entry.ts';

const COLUMNS = ['national_number', 'name_ar', 'name_en', 'entry_number', 'registered_on', 'status', 'governorate'];
/** The export is held in memory. */
const MAX_BYTES = 64 * 1024 * 1024;
const RETRY_MS = 60_000;

/** An export that its manifest proves whole. */
interface Export {
  readonly exportedAt: string;
  readonly byNumber: ReadonlyMap<string, readonly Entry[]>;
}

/**
 * The register as an export: `register.csv` (UTF-8, RFC 4180) and `manifest.json` ({exportedAt, rows, sha256}), which is written last. The
 * last whole export is served until another manifest is there.
 */
export const openSource = ({ register }: { readonly register: string }): Source => {
  let read: { readonly manifest: string; readonly export: Export } | undefined;
  const current = async (): Promise<Export> => {
    const manifest = await readFile(join(register, 'manifest.json'), 'utf8');
    if (read?.manifest !== manifest) read = { manifest, export: await readExport(register, manifest) };
    return read.export;
  };
  return {
    find: async (nationalNumber, signal) => {
      const { exportedAt, byNumber } = await current().catch((cause: unknown) => {
        throw new SourceUnavailable(RETRY_MS, { cause });
      });
      signal.throwIfAborted();
      return { entries: byNumber.get(nationalNumber) ?? [], asOf: exportedAt };
    },
    ping: async () => {
      await current();
    },
    close: async () => undefined,
  };
};

/** Reads an export whole, or throws and says what is wrong with it, without a cell of it. */
const readExport = async (folder: string, manifest: string): Promise<Export> => {
  const path = join(folder, 'register.csv');
  const { exportedAt, rows, sha256 } = JSON.parse(manifest) as Record<string, unknown>;
  if (typeof exportedAt !== 'string' || Number.isNaN(Date.parse(exportedAt))) throw new RangeError('no exportedAt');
  if ((await stat(path)).size > MAX_BYTES) throw new RangeError('the export is larger than the limit');
  const bytes = await readFile(path);
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) throw new RangeError('the export is not whole');
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  const [header, ...records] = recordsOf(text);
  if (header?.join() !== COLUMNS.join()) throw new RangeError('the export has another header');
  if (records.length !== rows) throw new RangeError('the export has another number of rows');
  const byNumber = new Map<string, Entry[]>();
  for (const record of records) {
    const entry = toEntry(record);
    byNumber.set(entry.nationalNumber, [...(byNumber.get(entry.nationalNumber) ?? []), entry]);
  }
  return { exportedAt, byNumber };
};

/** The library's messages repeat cells, which are somebody's data. */
const recordsOf = (text: string): string[][] => {
  try {
    return parse(text);
  } catch (error) {
    throw error instanceof CsvError ? new RangeError(`the export is not readable: ${error.code}`) : error;
  }
};

const toEntry = (record: readonly string[]): Entry => {
  const [nationalNumber = '', nameAr = '', nameEn = '', entryNumber = '', registeredOn = '', status = ''] = record;
  return { nationalNumber, nameAr, nameEn, entryNumber, registeredOn, status, governorate: record[6] || null };
};
