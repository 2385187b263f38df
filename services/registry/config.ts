import { busSettings } from '../platform/bus/settings.ts';
import { defineSettings } from '../platform/config/index.ts';

/** What a registry is told when it starts. */
export const registrySettings = defineSettings({
  ...busSettings,
  registryDatabaseUrl: {
    type: 'secret',
    sentence: 'File with the URL of the registry’s own PostgreSQL database (15 to 18), for an account that owns it.',
  },
  identity: {
    type: 'path',
    sentence:
      'Folder with signing.jwk, the registry’s own key, registry-keys.jws, the root’s word for it, ca.crt, tls.crt and tls.key.',
  },
  issuer: {
    type: 'path',
    sentence: 'Folder with ca.crt and ca.key, of the authority that issues agencies their certificates.',
  },
  certificateLife: {
    type: 'duration-ms',
    default: 72 * 3_600_000,
    sentence: 'How long an agency’s certificate is good; its kit renews it when a third of that is left.',
  },
  gateways: { type: 'list', default: [], sentence: 'host:port of every gateway, told to agencies that join.' },
  listen: {
    type: 'address',
    default: '127.0.0.1:7447',
    sentence: 'Where agencies and the authority call, over mutual TLS.',
  },
  joinListen: {
    type: 'address',
    default: '127.0.0.1:7448',
    sentence: 'Where those without a certificate call: by their invitation, or by their signing key.',
  },
  opsListen: { type: 'address', default: '127.0.0.1:7445', sentence: 'Where /livez, /readyz and /metrics answer.' },
  schemaListen: {
    type: 'address',
    default: '127.0.0.1:7446',
    sentence: 'Where the registry of schemas answers Kafka clients of the Confluent convention.',
  },
  schemaTls: {
    type: 'path',
    optional: true,
    sentence:
      'Folder with tls.crt and tls.key of that address, and ca.crt of the authority whose certificates callers may show; needed unless the address is a loopback one.',
  },
  schemaUsername: {
    type: 'text',
    default: 'schemas',
    sentence: 'User name of those who register schemas by password; the authority does by its certificate.',
  },
  schemaPassword: {
    type: 'secret',
    optional: true,
    sentence: 'File with their password; without it nobody registers by password.',
  },
  headEvery: {
    type: 'duration-ms',
    default: 5_000,
    sentence: 'How often the head is signed anew, so that a copy can be seen to be fresh.',
  },
  draftsAtMost: {
    type: 'integer',
    default: 1_000,
    sentence: 'How many agreements that the authority has not approved yet one agency may have drafted.',
  },
  logLevel: {
    type: 'one-of',
    values: ['debug', 'info', 'warn', 'error'],
    default: 'info',
    sentence: 'The least level that is logged.',
  },
});
