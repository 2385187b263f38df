import { join } from 'node:path';
import { utf8 } from '../../services/kernel/bytes.ts';
import { parseAgencyId, parseBootId, parseDocumentType, uuidV7 } from '../../services/kernel/ids.ts';
import { signJws } from '../../services/kernel/jws.ts';
import { TYP } from '../../services/kernel/statements.ts';
import { generateSigningKey, loadSigner, primitives, signerFromJwk } from '../../services/platform/crypto/index.ts';
import type { Exchange } from '../support/exchange.ts';
import type { RawClient, RawRequest } from '../support/raw-client.ts';

const now = (): number => Date.now();
const civilSigner = (exchange: Exchange) => loadSigner(join(exchange.layout.agency('civil-status'), 'signing.jwk'));
const broken = (request: RawRequest): RawRequest => {
  const [header, payload, signature = ''] = request.statement.split('.');
  const flipped = signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`;
  return { ...request, statement: [header, payload, flipped].join('.') };
};
const twice = (request: RawRequest): RawRequest => {
  const [header, payload = '', signature] = request.statement.split('.');
  const text = Buffer.from(payload, 'base64url').toString('utf8').replace('{', '{"purpose":"x",');
  return { ...request, statement: [header, Buffer.from(text).toString('base64url'), signature].join('.') };
};

/** What a gateway refuses: in words, the code, and how to provoke it. */
export const GATEWAY_REFUSALS: readonly (readonly [
  string,
  string,
  (raw: RawClient, exchange: Exchange) => Promise<RawRequest>,
])[] = [
  [
    'no agreement',
    'no-agreement',
    (raw) => raw.make({ documentType: parseDocumentType('civil-status.family-extract') }),
  ],
  ['a purpose outside it', 'purpose-not-agreed', (raw) => raw.make({ purpose: 'curiosity' })],
  ['a claim outside it', 'claim-not-agreed', (raw) => raw.make({ claims: ['motherName'] })],
  ['an unknown agency', 'unknown-agency', (raw) => raw.make({ provider: parseAgencyId('nobody') })],
  [
    'an unknown document type',
    'unknown-document-type',
    (raw) => raw.make({ documentType: parseDocumentType('civil-status.none') }),
  ],
  [
    'a signature over other bytes',
    'signature-invalid',
    async (raw) => ({ ...(await raw.make()), privatePart: utf8('other') }),
  ],
  ['a broken signature', 'signature-invalid', async (raw) => broken(await raw.make())],
  ["another agency's signer", 'signer-mismatch', async (raw, exchange) => raw.make({}, await civilSigner(exchange))],
  [
    "another agency's name",
    'signer-mismatch',
    async (raw, exchange) => raw.make({ requester: parseAgencyId('civil-status') }, await civilSigner(exchange)),
  ],
  ['a key nobody registered', 'unknown-key', (raw) => raw.make({}, signerFromJwk(generateSigningKey()))],
  [
    'a statement of another kind',
    'wrong-type',
    async (raw) => ({
      ...(await raw.make()),
      statement: await signJws(raw.identity.keys.present().signer, TYP.answer, { iss: 'transport' }),
    }),
  ],
  ['another boot', 'other-boot', (raw) => raw.make({ boot: parseBootId(uuidV7(now(), primitives.random(10))) })],
  ['an old issue', 'issued-too-old', (raw) => raw.make({ issuedAtMs: now() - 70_000, deadlineMs: now() - 15_000 })],
  [
    'an issue in the future',
    'issued-in-future',
    (raw) => raw.make({ issuedAtMs: now() + 20_000, deadlineMs: now() + 25_000 }),
  ],
  ['a deadline too far', 'deadline-invalid', (raw) => raw.make({ deadlineMs: now() + 70_000 })],
  [
    'a message that cannot be read',
    'malformed-message',
    async (raw) => ({ ...(await raw.make()), statement: 'x.y.z' }),
  ],
  [
    'a message over the size limit',
    'message-too-large',
    async (raw) => ({ ...(await raw.make()), privatePart: new Uint8Array(40_000) }),
  ],
  ['a JSON name given twice', 'duplicate-json-name', async (raw) => twice(await raw.make())],
];
