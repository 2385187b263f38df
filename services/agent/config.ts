import { adapterSettings } from '../../adapters/kit/index.ts';
import { defineSettings } from '../platform/config/index.ts';

const { adapter: _, ...shared } = adapterSettings;

/** What the agent is told when it starts. */
export const agentSettings = defineSettings({
  ...shared,
  listen: { type: 'address', default: '127.0.0.1:7460', sentence: 'Where the ministry’s own systems call the agent.' },
  token: {
    type: 'secret',
    optional: true,
    sentence: 'File with the bearer token that callers present; needed unless the address is a loopback one.',
  },
  callsAtOnce: {
    type: 'integer',
    default: 500,
    unit: 'calls',
    sentence: 'Calls under way at once; the excess is told to come again (agent-busy).',
  },
  provide: {
    type: 'list',
    optional: true,
    sentence: 'Documents that the ministry’s own HTTP handlers answer, as TYPE=URL each.',
  },
});
