import { adapterSettings, defineSettings } from 'wasl-kit';

/** What the adapter is told when it starts: adapter.json, and WASL_* in the environment, which wins. */
export const settings = defineSettings({
  ...adapterSettings,
  register: {
    type: 'path',
    sentence: 'Folder in which the register’s export arrives: register.csv, then manifest.json.',
  },
});
