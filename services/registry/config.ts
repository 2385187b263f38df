import { busSettings } from '../platform/bus/settings.ts';
import { defineSettings } from '../platform/config/index.ts';

/** What a registry is told when it starts. */
export const registrySettings = defineSettings({
  ...busSettings,
  registryDatabaseUrl: {
    type: 'secret',
    sentence: 'File with the URL of the registry’s own PostgreSQL database (15 to 18), for an account that owns it.',
  },
  identity: { type: 'path', sentence: 'Folder with signing.jwk, the registry’s own key.' },
  declarations: { type: 'path', sentence: 'Folder of declarations, one JSON file an entity.' },
  opsListen: { type: 'address', default: '127.0.0.1:7445', sentence: 'Where /livez, /readyz and /metrics answer.' },
  headEvery: {
    type: 'duration-ms',
    default: 30_000,
    sentence: 'How often the head is signed anew, so that a copy can be seen to be fresh.',
  },
  readEvery: { type: 'duration-ms', default: 2_000, sentence: 'How often the declarations are read again.' },
  logLevel: {
    type: 'one-of',
    values: ['debug', 'info', 'warn', 'error'],
    default: 'info',
    sentence: 'The least level that is logged.',
  },
});
