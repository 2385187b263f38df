import { setTimeout as moment } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Point } from './death-process.ts';
import type { DeathWorld, Kind } from './death-world.ts';
import type { Facts, Verdict } from './judge.ts';

export type Victim = Kind | 'server';

/** Who dies, and when: at a commit point, or so many ms after so many calls have ended. */
export interface Death {
  readonly victim: Victim;
  readonly index: number;
  readonly at: Point | { readonly calls: number; readonly ms: number };
}

export interface Round {
  readonly verdict: Verdict;
  /** When what takes its place was started. */
  readonly startMs: number;
  /** The requests of the commit at which it died. */
  readonly reached: readonly string[];
  /** The requests in flight that the death kept from ending as they would have. */
  readonly interrupted: readonly string[];
  /** One line for people. */
  readonly line: string;
}

const CALLERS = 8;
/** How long the server stays away from what went on without it, ms. */
const AWAY_MS = 150;

/** The requests that were under way at that moment and show it. */
const interruptedBy = (
  victim: Victim,
  { facts }: Verdict,
  at: { readonly fromMs: number; readonly diedMs: number; readonly backMs: number },
): readonly string[] => {
  const shows = ({ how, endedMs = Infinity }: Facts): boolean => {
    if (victim === 'gateway') return how === 'gateway-unreachable';
    if (victim === 'provider') return how === 'provider-lost';
    return victim === 'agent' ? how === undefined : how !== 'delivered' || endedMs >= at.backMs;
  };
  return [...facts].flatMap(([id, fact]) => {
    const { askedMs = 0, endedMs = Infinity } = fact;
    return askedMs >= at.fromMs && askedMs <= at.diedMs && endedMs >= at.diedMs && shows(fact) ? [id] : [];
  });
};

/**
 * Ends one process under load and puts another in its place. Everything else is left alone, and must serve again by itself; calls that broke off
 * are made again under their keys. Then the evidence of all is judged.
 */
export const runRound = async (world: DeathWorld, { victim, index, at }: Death): Promise<Round> => {
  const { server } = world.under;
  const fromMs = Date.now();
  const asked = world.asked;
  const load = world.load(CALLERS);
  await load.ended(CALLERS);
  let reached: readonly string[] = [];
  let diedMs = 0;
  if ('ms' in at) {
    await load.ended(at.calls);
    await moment(at.ms);
    diedMs = Date.now();
    await (victim === 'server' ? server?.kill() : world.mortal(victim, index).kill());
  } else if (victim === 'server') {
    const held = await world.mortal('gateway', index).holdAt(at);
    diedMs = Date.now();
    await server?.kill();
    held.go();
    await moment(AWAY_MS);
    reached = held.ids;
  } else {
    reached = await world.mortal(victim, index).dieAt(at);
    diedMs = Date.now();
  }
  const stopped = load.stop();
  const served = world.delivers();
  const startMs = Date.now();
  await (victim === 'server' ? server?.start() : world.replace(victim, index));
  const backMs = Date.now();
  const broken = await stopped;
  const servedMs = await served;
  await world.serves();
  const wholeMs = Date.now();
  for (const key of broken) expect((await world.ask(key))?.outcome).toBe('delivered');
  const verdict = await world.judge();
  const interrupted = [...new Set([...reached, ...interruptedBy(victim, verdict, { fromMs, diedMs, backMs })])];
  const when = 'ms' in at ? `random: ${at.calls} calls and ${at.ms} ms` : `${at.when} ${at.kind}`;
  const line = [
    `${victim} ${index}, ${when}`,
    `${interrupted.length} interrupted`,
    `${verdict.unanswered.length} unanswered so far`,
    `served again after ${servedMs - diedMs} ms, replaced after ${backMs - diedMs}, whole after ${wholeMs - diedMs}`,
    `${world.asked - asked} calls`,
  ].join(' | ');
  return { verdict, startMs, reached, interrupted, line };
};
