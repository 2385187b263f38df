import { REGISTRY_FRESH_MS } from '../kernel/freshness.ts';
import { busSettings } from '../platform/bus/settings.ts';
import { defineSettings } from '../platform/config/index.ts';
import { LIMITS } from './domain/budget.ts';

/** What a gateway is told when it starts. */
export const gatewaySettings = defineSettings({
  ...busSettings,
  identity: {
    type: 'path',
    sentence: 'Folder with ca.crt, tls.crt, tls.key, signing.jwk and pins.json of this gateway.',
  },
  listen: { type: 'address', default: '127.0.0.1:7443', sentence: 'Where kits connect (gRPC over mutual TLS).' },
  opsListen: { type: 'address', default: '127.0.0.1:7444', sentence: 'Where /livez, /readyz and /metrics answer.' },
  origin: { type: 'text', sentence: 'Name of the evidence log, the same at all gateways of one bus.' },
  registryFreshness: {
    type: 'duration-ms',
    default: REGISTRY_FRESH_MS,
    unit: 'ms',
    sentence: 'A registry head older than this decides nothing any more.',
  },
  evidencePatience: {
    type: 'duration-ms',
    default: 5_000,
    unit: 'ms',
    sentence: 'A request whose evidence is not durable after this is refused.',
  },
  requestsInFlight: {
    type: 'integer',
    default: LIMITS.requestsInFlight,
    unit: 'requests',
    sentence: 'Requests in flight at once; the excess is told to ask again (gateway-busy).',
  },
  requestsOfOneAgency: {
    type: 'integer',
    default: LIMITS.requestsOfOneAgency,
    unit: 'requests',
    sentence: 'Requests in flight at once of one agency; the excess is told to ask again (gateway-busy).',
  },
  documentBytes: {
    type: 'integer',
    default: LIMITS.documentBytes,
    unit: 'bytes',
    sentence:
      'Sealed documents on their way at once, half of it for one agency; at least 64 MiB, or the largest do not fit.',
  },
  outcomeBytes: {
    type: 'integer',
    default: LIMITS.outcomeBytes,
    unit: 'bytes',
    sentence:
      'First outcomes kept for a byte-identical resend, a third of it for those up to 64 KiB; the oldest go first.',
  },
  drainGrace: { type: 'duration-ms', default: 20_000, unit: 'ms', sentence: 'Time for calls in flight when stopping.' },
  logLevel: {
    type: 'one-of',
    values: ['debug', 'info', 'warn', 'error'],
    default: 'info',
    sentence: 'The least level that is logged.',
  },
});
