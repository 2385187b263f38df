import { readFile } from 'node:fs/promises';
import { loadSample } from './sample.ts';

// node dist/postgres/load-sample.js: invented entries for the database that register.url names.
await loadSample((await readFile('register.url', 'utf8')).trim());
process.stdout.write('the schema sample_register holds the invented entries\n');
