// An agency's journal: a file for one process, a table for several replicas.
export { openFileJournal } from './file.ts';
export type { Journal } from './port.ts';
export { openTableJournal } from './table.ts';
