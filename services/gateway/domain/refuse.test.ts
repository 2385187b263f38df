import { expect, test } from 'vitest';
import { asker, gateway, gatewayKey, START } from '../../../test/support/gateway-world.ts';
import { utf8 } from '../../kernel/bytes.ts';
import { digestOf } from '../../kernel/digest.ts';
import { makeRefusalLimit } from './refusal-limit.ts';
import { makeRefuse } from './refuse.ts';

test('that evidence cannot be written is told at once, without waiting for the evidence of that', async () => {
  let asked = 0;
  const now = () => START;
  const refuse = makeRefuse({
    evidence: {
      record: () => {
        asked += 1;
        return new Promise(() => undefined);
      },
    },
    limit: makeRefusalLimit(now),
    signer: gatewayKey,
    gateway,
    now,
  });
  const of = { peer: asker.id, requestDigest: digestOf(utf8('a request')) };
  const refusal = await refuse(of, { code: 'evidence-unavailable', params: {}, retryAfterMs: 1_000 });
  expect([refusal.code, refusal.receipt, asked]).toEqual(['evidence-unavailable', '', 1]);
});
