import { busSettings } from '../platform/bus/settings.ts';
import { defineSettings } from '../platform/config/index.ts';

/** What the conformance service is told when it starts. */
export const conformanceSettings = defineSettings({
  ...busSettings,
  identity: {
    type: 'path',
    sentence: 'Folder with ca.crt, tls.crt, tls.key, signing.jwk and pins.json of the gateway `conformance`.',
  },
  agency: {
    type: 'path',
    sentence: 'Folder with the certificate and keys of the agency `conformance`, as which the suite asks.',
  },
  officer: { type: 'path', sentence: 'Key of that agency’s officer, who drafts the suite’s agreements.' },
  approver: { type: 'path', sentence: 'Key of the authority’s officer who approves them: another person.' },
  registry: { type: 'address', sentence: 'Where the registry answers members, host:port.' },
  listen: { type: 'address', default: '127.0.0.1:7441', sentence: 'Where adapters attach and runs are asked for.' },
  opsListen: { type: 'address', default: '127.0.0.1:7442', sentence: 'Where /livez, /readyz and /metrics answer.' },
  origin: { type: 'text', sentence: 'Name of the evidence log, the same at all gateways of one bus.' },
  logLevel: {
    type: 'one-of',
    values: ['debug', 'info', 'warn', 'error'],
    default: 'info',
    sentence: 'The least level that is logged.',
  },
});
