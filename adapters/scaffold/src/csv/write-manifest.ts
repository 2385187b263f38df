import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

// node dist/csv/write-manifest.js FOLDER: writes the manifest of FOLDER/register.csv, as the exporting system does at its end.
const [folder = 'sample/csv'] = process.argv.slice(2);
const bytes = await readFile(join(folder, 'register.csv'));
const manifest = {
  exportedAt: new Date().toISOString(),
  rows: parse(bytes).length - 1,
  sha256: createHash('sha256').update(bytes).digest('hex'),
};
await writeFile(join(folder, 'manifest.new'), `${JSON.stringify(manifest, null, 2)}\n`);
await rename(join(folder, 'manifest.new'), join(folder, 'manifest.json'));
