// Settings: one table a process, read and checked all at once.

export { maskSettings, readSettings, type SettingsFrom } from './read.ts';
export { defineSettings, describeSettings, type Rows, type Setting, type Settings, type Values } from './table.ts';
