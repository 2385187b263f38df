import { randomInt } from 'node:crypto';
import { writeSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Draw, draw } from '../../adapters/population/prng.ts';
import type { Point } from './death-process.ts';
import { type Death, type Round, runRound, type Victim } from './death-round.ts';
import { type BusForDeath, type DeathWorld, type Kind, startDeathWorld } from './death-world.ts';
import type { Facts } from './judge.ts';

const ROUNDS = Number(process.env.WASL_ROUNDS ?? 1);
const SEED = Number(process.env.WASL_SEED ?? randomInt(2 ** 31));
/** A random moment at which nothing was interrupted is no round; so many are tried for one. */
const TRIES = 6;

const SOME = expect.any(Number);
const GONE = { how: 'gateway-unreachable' };
const LOST = { trace: 'ended by the gateway: provider-lost', how: 'provider-lost' };
/** Where each process is ended, and what must stand of the request of that very commit, however often it is asked anew. */
const NAMED: readonly (readonly [Kind, Point['when'], Point['kind'], Partial<Facts>])[] = [
  ['gateway', 'before', 'requested', { ...GONE, trace: undefined, offered: false, calledMs: undefined }],
  ['gateway', 'after', 'requested', { ...GONE, trace: 'unanswered', offered: false, calledMs: undefined }],
  ['gateway', 'before', 'answered', { ...GONE, trace: 'unanswered', calledMs: SOME, answered: true }],
  ['gateway', 'after', 'answered', { ...GONE, trace: 'delivered', calledMs: SOME, answered: true }],
  ['provider', 'before', 'offered', { ...LOST, offered: false, calledMs: undefined }],
  ['provider', 'after', 'offered', { ...LOST, offered: true, calledMs: undefined }],
  ['provider', 'before', 'answered', { ...LOST, calledMs: SOME, answered: false }],
  ['provider', 'after', 'answered', { ...LOST, calledMs: SOME, answered: true }],
  ['agent', 'before', 'asked', { askedMs: undefined, trace: undefined }],
  ['agent', 'after', 'asked', { how: undefined, trace: undefined }],
  ['agent', 'before', 'concluded', { how: undefined, trace: 'delivered' }],
  ['agent', 'after', 'concluded', { how: 'delivered', trace: 'delivered' }],
];
/** Where the server is ended, and since when (the server away until `startMs`) something of a request of that commit may have happened. */
const SERVER: readonly (readonly [Point, (of: Partial<Facts>, startMs: number) => boolean])[] = [
  [{ when: 'before', kind: 'requested' }, ({ calledMs = Infinity }, startMs) => calledMs >= startMs],
  [{ when: 'after', kind: 'requested' }, ({ how, endedMs = 0 }, startMs) => how !== 'delivered' || endedMs >= startMs],
  [{ when: 'before', kind: 'answered' }, ({ how, endedMs = 0 }, startMs) => how !== 'delivered' || endedMs >= startMs],
  // What is durable is delivered, though the log is away.
  [
    { when: 'after', kind: 'answered' },
    ({ how, endedMs = Infinity }, startMs) => how === 'delivered' && endedMs < startMs,
  ],
];
const NOTHING: Partial<Facts> = { askedMs: undefined, trace: undefined, how: undefined };

/** Past the runner, which would put a heading over each: one line a round. */
const say = (line: string): void => void writeSync(1, `${line}\n`);

/** kill -9 of each process at each of its commit points and at random moments under load; after each round the evidence of all is judged. `agencies`: theirs die too. */
export const describeDeath = (
  name: string,
  start: () => Promise<BusForDeath>,
  { agencies = true }: { readonly agencies?: boolean } = {},
): void => {
  const dies = ([victim]: readonly [Kind, ...unknown[]]): boolean => agencies || victim === 'gateway';
  describe(`death (${name})`, () => {
    let world: DeathWorld;
    beforeAll(async () => {
      say(`death (${name}): WASL_SEED=${SEED} WASL_ROUNDS=${ROUNDS}`);
      world = await startDeathWorld(await start());
      await world.serves();
    }, 120_000);
    afterAll(async () => {
      await world?.stop();
      await world?.under.stop();
    }, 60_000);

    const limit = (ofRound: number): number => 60_000 + ROUNDS * ofRound;
    /** Each test draws its own moments, so that one alone meets the same. */
    const drawn = (title: string): Draw => draw([...title].reduce((sum, char) => sum * 31 + char.charCodeAt(0), SEED));
    const counted = async (number: number, death: Death): Promise<Round> => {
      const round = await runRound(world, death);
      const missed = round.interrupted.length === 0 ? ' | NOTHING INTERRUPTED, no round' : '';
      say(`death (${name}) ${number}/${ROUNDS} | ${round.line}${missed}`);
      return round;
    };

    test.each(NAMED.filter(dies))(
      'of the %s just %s the entry `%s` is durable',
      async (victim, when, kind, left) => {
        const moments = drawn(`${victim} ${when} ${kind}`);
        for (let number = 1; number <= ROUNDS; number += 1) {
          const index = victim === 'agent' ? 0 : moments.int(0, 1);
          const { reached, verdict } = await counted(number, { victim, index, at: { when, kind } });
          expect(reached.length).toBeGreaterThan(0);
          for (const id of reached) expect(verdict.facts.get(id) ?? NOTHING).toMatchObject(left);
        }
      },
      limit(20_000),
    );

    const randomly = async (victim: Victim): Promise<void> => {
      const moments = drawn(victim);
      for (let number = 1; number <= ROUNDS; number += 1) {
        let interrupted = 0;
        for (let tries = 0; tries < TRIES && interrupted === 0; tries += 1) {
          const index = victim === 'gateway' || victim === 'provider' ? moments.int(0, 1) : 0;
          const at = { calls: moments.int(8, 40), ms: moments.int(0, 60) };
          interrupted = (await counted(number, { victim, index, at })).interrupted.length;
        }
        expect(interrupted).toBeGreaterThan(0);
      }
    };
    test.each<[Kind]>(([['gateway'], ['provider'], ['agent']] as [Kind][]).filter(dies))(
      'of the %s at a random moment',
      async (victim) => {
        await randomly(victim);
      },
      limit(30_000),
    );

    test(
      'of the server behind the bus at a random moment',
      async ({ skip }) => {
        if (world.under.server === undefined) return skip();
        await randomly('server');
      },
      limit(60_000),
    );

    test(
      'of the server behind the bus at a commit point',
      async ({ skip }) => {
        if (world.under.server === undefined) return skip();
        const moments = drawn('server at a commit point');
        const order = moments.shuffle(SERVER);
        for (let number = 1; number <= ROUNDS; number += 1) {
          const [at, holds] = order[number % order.length] ?? moments.pick(SERVER);
          const round = await counted(number, { victim: 'server', index: moments.int(0, 1), at });
          const { reached, startMs, verdict } = round;
          expect(reached.length).toBeGreaterThan(0);
          expect(reached.filter((id) => !holds(verdict.facts.get(id) ?? NOTHING, startMs))).toEqual([]);
        }
      },
      limit(60_000),
    );
  });
};
