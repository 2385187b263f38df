import { setTimeout as wait } from 'node:timers/promises';
import type { Finding } from '../domain/checks.ts';
import {
  expectDelivered,
  expectRefused,
  expectUnavailable,
  failed,
  firstBad,
  notRun,
  PASSED,
  type Seen,
} from '../domain/judge.ts';
import { type Bench, REFUSAL_MS } from './bench.ts';
import { makeOffer } from './offers.ts';

const AT_ONCE = 64;
const LOOK_EVERY_MS = 100;
const CHANGE_MS = 5_000;
const SOURCE_MS = 30_000;
const LEAVE_MS = 30_000;
const ARRIVED_MS = 150;
/** A document that comes so long after the cancel was still being worked on; less may be the queue of a busy machine. */
const LET_GO_MS = 3_000;
const CANCELLED_WAIT_MS = 6_000;

/** As many offers as told, no more of them at once than the adapter has credits for. */
const wave = async (bench: Bench, count: number): Promise<Finding> => {
  const credits = Math.max(1, (await bench.stream()).credits());
  const findings: Finding[] = [];
  let left = count;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      findings.push(expectDelivered(await bench.ask({ subject: bench.subjects.known })));
    }
  };
  await Promise.all(Array.from({ length: Math.min(credits, count) }, worker));
  return firstBad(findings);
};

export const concurrency = (bench: Bench): Promise<Finding> => wave(bench, AT_ONCE);

export const cancel = async (bench: Bench): Promise<Finding> => {
  const stream = await bench.stream();
  const count = Math.min(AT_ONCE, Math.max(1, stream.credits()));
  const one = async (): Promise<Finding> => {
    const offer = await makeOffer(bench.ground, { subject: bench.subjects.known });
    const answer = bench.offer(offer, { withinMs: CANCELLED_WAIT_MS });
    await stream.send({ $case: 'cancel', value: { requestId: offer.request.id } }).catch(() => undefined);
    const seen = await answer;
    const worked = seen.kind === 'answer' && seen.outcome === 'delivered' && seen.tookMs > LET_GO_MS;
    return worked
      ? failed(
          `A document came ${Math.round(seen.tookMs)} ms after its request was cancelled.`,
          `وصلت وثيقة بعد \u2068${Math.round(seen.tookMs)}\u2069 م‌ث من إلغاء طلبها.`,
        )
      : PASSED;
  };
  const cancelled = firstBad(await Promise.all(Array.from({ length: count }, one)));
  return firstBad([cancelled, await wave(bench, count)]);
};

/** Asks again and again until the answer is as wanted, or the time is over; the last one counts. */
const becomes = async (bench: Bench, wanted: (seen: Seen) => Finding, withinMs: number): Promise<Finding> => {
  const endMs = Date.now() + withinMs;
  for (;;) {
    const finding = wanted(await bench.ask({ subject: bench.subjects.known }, { withinMs: REFUSAL_MS }));
    if (finding.verdict === 'passed' || Date.now() > endMs) return finding;
    await wait(LOOK_EVERY_MS);
  }
};

export const suspension = async (bench: Bench): Promise<Finding> => {
  const { suspension: by } = bench.ground;
  if (by === undefined) return notRun('Nobody here may suspend the agreement.', 'لا أحد هنا يملك إيقاف الاتفاقية.');
  await by.suspend();
  const refused = await becomes(bench, (seen) => expectRefused(seen, ['agreement-suspended']), CHANGE_MS);
  await by.resume();
  return firstBad([refused, await becomes(bench, expectDelivered, CHANGE_MS)]);
};

export const sourceDown = async (bench: Bench): Promise<Finding> => {
  const { hands } = bench;
  if (hands.sourceDown === undefined || hands.sourceUp === undefined) {
    return notRun(
      'The suite was not told how to take the source system down and up again: --source-down CMD --source-up CMD.',
      'لم يُذكر كيف يوقَف النظام المصدر ويعاد تشغيله: ‎--source-down CMD --source-up CMD.',
    );
  }
  await hands.sourceDown();
  const honest = (seen: Seen): Finding =>
    seen.kind === 'answer' && seen.outcome === 'delivered' ? expectUnavailable(seen) : PASSED;
  await becomes(bench, honest, SOURCE_MS);
  const down = expectUnavailable(await bench.ask({ subject: bench.subjects.known }));
  await hands.sourceUp();
  return firstBad([down, await becomes(bench, expectDelivered, SOURCE_MS)]);
};

export const reattaches = async (bench: Bench): Promise<Finding> => {
  const before = await bench.stream();
  before.end();
  await before.gone;
  const after = await bench.wire.attached(bench.ground.provider.id, bench.patienceMs, before);
  if (after === undefined) {
    const seconds = bench.patienceMs / 1000;
    return failed(
      `It did not attach again within ${seconds} s.`,
      `لم يعاود الاتصال خلال \u2068${seconds}\u2069 ثانية.`,
    );
  }
  return expectDelivered(await bench.ask({ subject: bench.subjects.known }));
};

export const drain = async (bench: Bench): Promise<Finding> => {
  const { hands } = bench;
  if (hands.terminate === undefined) {
    return notRun(
      'The suite did not start the adapter, and so cannot stop it: --run COMMAND lets it.',
      'لم يشغِّل الفحص المحوِّل فلا يستطيع إيقافه: يتيح له ذلك الخيار ‎--run COMMAND.',
    );
  }
  const stream = await bench.stream();
  const count = Math.min(8, Math.max(1, stream.credits()));
  const offers = await Promise.all(
    Array.from({ length: count }, () => makeOffer(bench.ground, { subject: bench.subjects.known })),
  );
  const all = offers.map((offer) => bench.offer(offer));
  // What is still on its way when it is told to stop may be lost; what has arrived may not.
  await wait(ARRIVED_MS);
  const left = hands.terminate();
  const findings = (await Promise.all(all)).map(expectDelivered);
  // Not to hold the command that has had its answer.
  const tooLong = wait(LEAVE_MS, false, { ref: false });
  const gone = await Promise.race([left.then(() => stream.gone).then(() => true), tooLong]);
  const stays = failed(
    'It was still there 30 s after it was told to stop.',
    'كان لا يزال يعمل بعد ٣٠ ثانية من طلب إيقافه.',
  );
  return firstBad([...findings, gone ? PASSED : stays]);
};
