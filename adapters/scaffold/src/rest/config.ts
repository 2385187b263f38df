import { adapterSettings, defineSettings } from 'wasl-kit';

/** What the adapter is told when it starts: adapter.json, and WASL_* in the environment, which wins. */
export const settings = defineSettings({
  ...adapterSettings,
  registerUrl: { type: 'text', sentence: 'Base URL of the register’s REST interface.' },
  registerToken: { type: 'secret', optional: true, sentence: 'File with the bearer token for the register.' },
});
