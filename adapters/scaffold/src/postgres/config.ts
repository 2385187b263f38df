import { adapterSettings, defineSettings } from 'wasl-kit';

/** What the adapter is told when it starts: adapter.json, and WASL_* in the environment, which wins. */
export const settings = defineSettings({
  ...adapterSettings,
  registerDatabase: {
    type: 'secret',
    sentence: 'File with the PostgreSQL URL of a role that may only read the register.',
  },
});
