import { adapterSettings, defineSettings } from '../kit/index.ts';

/** What Civil Status' adapter is told when it starts. */
export const civilStatusSettings = defineSettings({
  ...adapterSettings,
  sourceDatabase: { type: 'secret', sentence: 'File with the PostgreSQL URL of the registry’s reader.' },
});
