import { adapterSettings, defineSettings } from '../kit/index.ts';

/** What Education's adapter is told when it starts. */
export const educationSettings = defineSettings({
  ...adapterSettings,
  exports: { type: 'path', sentence: 'Folder in which the school records’ nightly exports arrive.' },
  exportMaxAge: {
    type: 'duration-ms',
    default: 26 * 3_600_000,
    sentence: 'Age beyond which the newest complete export is late, and requests are deferred.',
  },
  state: {
    type: 'path',
    sentence: 'Folder of the key of the tickets, made at the first start; replicas need the same one.',
  },
});
