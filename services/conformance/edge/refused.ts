import type { Code } from '../../kernel/codes.ts';
import { parseAgencyId } from '../../kernel/ids.ts';
import {
  generateEncryptionKey,
  generateSigningKey,
  openerFromJwk,
  signerFromJwk,
} from '../../platform/crypto/index.ts';
import type { CheckId, Finding } from '../domain/checks.ts';
import { expectDelivered, expectInTime, expectNothingServed, expectRefused, firstBad } from '../domain/judge.ts';
import { claimsOf } from '../domain/terms.ts';
import { type Bench, REFUSAL_MS } from './bench.ts';
import { type Asked, alteredStatement, type Made, makeOffer } from './offers.ts';

type Trial = (bench: Bench) => Promise<Finding>;

const NEAR_MS = 300;
/** What the wire and a busy machine may add. */
const SLACK_MS = 1_000;

const made = ({ ground, subjects }: Bench, asked: Partial<Asked> = {}): Promise<Made> =>
  makeOffer(ground, { subject: subjects.known, ...asked });

/** An offer that differs from an honest one in one thing is refused with the code of that thing. */
const refuses =
  (codes: readonly Code[], how: (bench: Bench) => Promise<readonly [Made, Partial<Made['offer']>?]>): Trial =>
  async (bench) => {
    const [offer, tamper = {}] = await how(bench);
    return expectRefused(await bench.offer(offer, { tamper, withinMs: REFUSAL_MS }), codes);
  };

const stranger = () => ({ id: parseAgencyId('conformance-stranger'), signer: signerFromJwk(generateSigningKey()) });

const freshness: Trial = async (bench) => {
  const at = (issuedMs: number, deadlineMs: number): Partial<Asked> => {
    const nowMs = Date.now();
    return { issuedAtMs: nowMs + issuedMs, deadlineMs: nowMs + deadlineMs };
  };
  const wrong: readonly (readonly [Partial<Asked>, Code])[] = [
    [at(-120_000, 5_000), 'issued-too-old'],
    [at(60_000, 70_000), 'issued-in-future'],
    [at(0, 90_000), 'deadline-invalid'],
  ];
  const findings: Finding[] = [];
  for (const [asked, code] of wrong) {
    const seen = await bench.offer(await made(bench, asked), { withinMs: REFUSAL_MS });
    findings.push(expectRefused(seen, [code, 'deadline-invalid']));
  }
  return firstBad(findings);
};

const replay: Trial = async (bench) => {
  const once = await made(bench);
  const first = expectDelivered(await bench.offer(once));
  const second = expectRefused(await bench.offer(once, { withinMs: REFUSAL_MS }), ['request-replayed']);
  return firstBad([first, second]);
};

const replayOfOthers: Trial = async (bench) => {
  const once = await made(bench);
  const first = expectDelivered(await bench.offer(once));
  const other = await made(bench, { id: once.request.id, subject: bench.subjects.unknown });
  const second = expectRefused(await bench.offer(other, { withinMs: REFUSAL_MS }), ['request-replayed']);
  return firstBad([first, second]);
};

/** What is tried of an adapter that must not take a hub's word: each with the check that it answers. */
export const TRIALS = {
  'deadline-passed': async (bench) => {
    const nowMs = Date.now();
    const late = await made(bench, { issuedAtMs: nowMs - 20_000, deadlineMs: nowMs - 5_000 });
    return expectNothingServed(await bench.offer(late, { withinMs: REFUSAL_MS }));
  },
  'deadline-near': async (bench) => {
    const near = await made(bench, { deadlineMs: Date.now() + NEAR_MS });
    return expectInTime(await bench.offer(near), NEAR_MS + SLACK_MS);
  },
  freshness,
  replay,
  'replay-other-bytes': replayOfOthers,
  'altered-signature': refuses(['signature-invalid'], async (bench) => [
    await made(bench, { alter: alteredStatement }),
  ]),
  'foreign-signer': refuses(['unknown-key', 'signature-invalid'], async (bench) => [
    await made(bench, { by: { id: bench.ground.requester.id, signer: stranger().signer } }),
  ]),
  'altered-private-part': refuses(['signature-invalid'], async (bench) => [
    await made(bench),
    { privatePart: (await made(bench)).offer.privatePart },
  ]),
  'foreign-agency': refuses(['unknown-agency', 'no-agreement', 'unknown-key'], async (bench) => [
    await made(bench, { by: stranger() }),
  ]),
  'purpose-not-agreed': refuses(['purpose-not-agreed', 'no-agreement'], async (bench) => [
    await made(bench, { purpose: 'curiosity' }),
  ]),
  'claim-not-agreed': refuses(['claim-not-agreed'], async (bench) => {
    const { left = 'notAgreedOn' } = claimsOf(bench.ground.document.schema);
    return [await made(bench, { claims: [...bench.ground.terms.claims, left] })];
  }),
  'receipt-missing': refuses(['receipt-invalid'], async (bench) => [await made(bench), { requestedReceipt: '' }]),
  'receipt-foreign': refuses(['receipt-invalid'], async (bench) => [
    await made(bench),
    { requestedReceipt: (await made(bench)).offer.requestedReceipt },
  ]),
  'other-key': refuses(['encryption-key-mismatch'], async (bench) => [
    await made(bench, { encryptionKey: openerFromJwk(generateEncryptionKey()).thumbprint }),
  ]),
} as const satisfies Partial<Record<CheckId, Trial>>;
