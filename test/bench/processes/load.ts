import type { Shares } from '../floor/operations.ts';

/** What one call is to carry, and which way where there are several. */
export interface What {
  readonly bytes: number;
  readonly way?: 'direct' | 'relay' | 'floor';
  /** For the floor: as the exchange beside it has them. */
  readonly shares?: Shares;
}

/** What the bench tells a process that makes load. */
export type Order =
  /** So many callers, each asking again once it is answered. What ends in `rampMs` at first is not counted. */
  | {
      readonly run: 'closed';
      readonly callers: number;
      readonly rampMs: number;
      readonly ms: number;
      readonly what: What;
    }
  /** So many calls, no matter how many, by a loop of callers. */
  | { readonly run: 'count'; readonly callers: number; readonly calls: number; readonly what: What }
  /** Calls at their intended times, whoever is still waiting; latency counts from the intended time. */
  | { readonly run: 'open'; readonly perSecond: number; readonly ms: number; readonly what: What }
  /** One caller without a pause, beside whatever else runs, until `quiet`. */
  | { readonly run: 'beside'; readonly what: What }
  | { readonly run: 'quiet' };

export interface Loaded {
  readonly count: number;
  /** What the count took. */
  readonly ms: number;
  readonly latenciesMs: readonly number[];
  /** What came after the last answer: acknowledgements that were still on their way. */
  readonly settleMs: number;
  /** Calls that did not end as they should, by how they ended. */
  readonly failures: Readonly<Record<string, number>>;
}
export type Told = { readonly at: 'ready' | 'open' | 'closed' } | { readonly at: 'done'; readonly loaded: Loaded };

/** One call; resolves to how it ended when that is not as it should be. */
export type Call = (what: What) => Promise<string | undefined>;

const tell = (told: Told): void => void process.send?.(told);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Makes the process do what the bench orders, one order at a time; ends it with the bench. */
export const obey = (call: Call, settle: () => Promise<void> = async () => undefined): void => {
  let endBeside = async (): Promise<void> => undefined;

  const counting = () => {
    const latenciesMs: number[] = [];
    let ended = 0;
    const failures: Record<string, number> = {};
    const one = async (what: What, fromMs: number, counts: () => boolean): Promise<void> => {
      const failure = await call(what).catch((error: unknown) => String((error as Error).message));
      if (counts()) ended += 1;
      if (failure !== undefined) failures[failure] = (failures[failure] ?? 0) + 1;
      else if (counts()) latenciesMs.push(performance.now() - fromMs);
    };
    const done = async (ms: number): Promise<void> => {
      const from = performance.now();
      await settle();
      const settleMs = performance.now() - from;
      tell({ at: 'done', loaded: { count: latenciesMs.length, ms, latenciesMs, settleMs, failures } });
    };
    return { one, done, ended: () => ended };
  };

  const closed = async ({ callers, rampMs, ms, what }: Extract<Order, { run: 'closed' }>): Promise<void> => {
    const { one, done, ended } = counting();
    let stage: 'ramp' | 'open' | 'closed' = 'ramp';
    const loop = async (): Promise<void> => {
      while (stage !== 'closed') await one(what, performance.now(), () => stage === 'open');
    };
    const loops = Array.from({ length: callers }, loop);
    await pause(rampMs);
    stage = 'open';
    tell({ at: 'open' });
    const from = performance.now();
    await pause(ms);
    // A time in which no caller came round once would say nothing.
    while (ended() < callers) await pause(10);
    stage = 'closed';
    const took = performance.now() - from;
    tell({ at: 'closed' });
    await Promise.all(loops);
    await done(took);
  };

  const count = async ({ callers, calls, what }: Extract<Order, { run: 'count' }>): Promise<void> => {
    const { one, done } = counting();
    let left = calls;
    const from = performance.now();
    const loop = async (): Promise<void> => {
      for (; left > 0; ) {
        left -= 1;
        await one(what, performance.now(), () => true);
      }
    };
    await Promise.all(Array.from({ length: callers }, loop));
    await done(performance.now() - from);
  };

  const open = async ({ perSecond, ms, what }: Extract<Order, { run: 'open' }>): Promise<void> => {
    const { one, done } = counting();
    const calls: Promise<void>[] = [];
    const from = performance.now();
    const total = Math.floor((perSecond * ms) / 1000);
    for (let sent = 0; sent < total; ) {
      for (; sent < total && from + (sent * 1000) / perSecond <= performance.now(); sent += 1) {
        calls.push(one(what, from + (sent * 1000) / perSecond, () => true));
      }
      await pause(1);
    }
    await Promise.all(calls);
    await done(performance.now() - from);
  };

  const beside = ({ what }: Extract<Order, { run: 'beside' }>): void => {
    const { one, done } = counting();
    const from = performance.now();
    let quiet = false;
    const loop = async (): Promise<void> => {
      while (!quiet) await one(what, performance.now(), () => true);
    };
    const looping = loop();
    endBeside = async () => {
      quiet = true;
      await looping;
      await done(performance.now() - from);
    };
  };

  const obeyed = async (order: Order): Promise<void> => {
    if (order.run === 'closed') await closed(order);
    else if (order.run === 'count') await count(order);
    else if (order.run === 'open') await open(order);
    else if (order.run === 'beside') beside(order);
    else await endBeside();
  };
  process.on('message', (order: Order) => void obeyed(order));
  stand();
};

/** Says that the process is ready, and ends it with the bench. */
export const stand = (): void => {
  process.once('disconnect', () => process.exit());
  tell({ at: 'ready' });
};
