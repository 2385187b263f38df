import { randomBytes } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Bus, BusMessage, Handled } from '../../services/platform/bus/port.ts';
import { until } from '../support/exchange.ts';

/** What a suite needs of an implementation: buses over one log, and, where it is ours, how to kill the server behind it. */
export interface BusUnderTest {
  open(): Promise<Bus>;
  /** Ends the server at once (kill -9) and starts it again. */
  readonly restart?: { kill(): Promise<void>; start(): Promise<void> };
  stop(): Promise<void>;
}

const text = (message: Pick<BusMessage, 'value'>): string => Buffer.from(message.value).toString('utf8');
const record = (key: string, value: string) => ({ key, value: Buffer.from(value) });
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
/** Bytes of buffers that somebody still holds. */
const heldBytes = (): number => {
  collect();
  return process.memoryUsage().arrayBuffers;
};
const done: Handled = { kind: 'done' };

/** The promises of the bus port. The minimum: an implementation may promise more. */
export const describeBus = (name: string, start: () => Promise<BusUnderTest>): void => {
  describe(`the bus (${name})`, () => {
    let under: BusUnderTest;
    let bus: Bus;
    const topic = async (partitions = 3, cleanup: 'delete' | 'compact' = 'delete'): Promise<string> => {
      const made = `t-${randomBytes(6).toString('hex')}`;
      await bus.ensureTopics([{ name: made, partitions, cleanup, retentionMs: -1 }]);
      return made;
    };
    const readAll = async (from: string, of: Bus = bus): Promise<BusMessage[]> => {
      const read: BusMessage[] = [];
      const following = await of.follow({
        topic: from,
        from: 'beginning',
        handle: (message) => void read.push(message),
      });
      await following.caughtUp;
      await following.stop();
      return read;
    };

    beforeAll(async () => {
      under = await start();
      bus = await under.open();
    }, 120_000);
    afterAll(async () => {
      await bus?.close();
      await under?.stop();
    }, 60_000);

    test('records of one key are read in the order they were written, with key, value and headers', async () => {
      const name = await topic();
      for (let batch = 0; batch < 5; batch += 1) {
        await bus.publish(
          name,
          Array.from({ length: 20 }, (_, index) => ({
            ...record(`k${index % 4}`, String(batch * 20 + index)),
            headers: { h: 'v' },
          })),
        );
      }
      const read = await readAll(name);
      expect(read.length).toBe(100);
      expect(read[0]?.headers).toEqual({ h: 'v' });
      for (const key of ['k0', 'k1', 'k2', 'k3']) {
        const values = read.filter((message) => message.key === key).map((message) => Number(text(message)));
        expect(values).toEqual([...values].sort((a, b) => a - b));
      }
    }, 30_000);

    test('making a topic again changes nothing; making it otherwise is an error', async () => {
      const name = await topic(2);
      await bus.ensureTopics([{ name, partitions: 2, cleanup: 'delete', retentionMs: -1 }]);
      await expect(bus.ensureTopics([{ name, partitions: 3, cleanup: 'delete', retentionMs: -1 }])).rejects.toThrow();
    }, 30_000);

    test('a topic without records is caught up with at once', async () => {
      const name = await topic();
      expect(await readAll(name)).toEqual([]);
    }, 30_000);

    test('a follower from the end, or from a moment, reads nothing older', async () => {
      const name = await topic(1);
      await bus.publish(name, [record('k', 'old')]);
      const begun = Date.now() + 10;
      await until(() => Date.now() >= begun);
      const fromEnd: string[] = [];
      const end = await bus.follow({ topic: name, from: 'end', handle: (message) => void fromEnd.push(text(message)) });
      await end.caughtUp;
      await bus.publish(name, [record('k', 'new')]);
      const since: string[] = [];
      const moment = await bus.follow({
        topic: name,
        from: { sinceMs: begun },
        handle: (message) => void since.push(text(message)),
      });
      await moment.caughtUp;
      await until(() => fromEnd.length > 0);
      await Promise.all([end.stop(), moment.stop()]);
      expect(fromEnd).toEqual(['new']);
      expect(since).toEqual(['new']);
    }, 30_000);

    test('who leaves out its own key hears of every other record, from here and from elsewhere', async () => {
      const name = await topic(1);
      const elsewhere = await under.open();
      const read = new Set<string>();
      const handle = (message: BusMessage): void => void read.add(text(message));
      const following = await bus.follow({ topic: name, from: 'end', except: 'own', handle });
      for (const by of [bus, elsewhere]) {
        await by.publish(name, [record('own', 'own')]);
        await by.publish(name, [record('own', 'own'), record('other', by === bus ? 'here' : 'there')]);
      }
      await until(() => read.has('here') && read.has('there'));
      await following.stop();
      await elsewhere.close();
    }, 30_000);

    test('a follower whose handler fails says so, and reads no further', async () => {
      const name = await topic(1);
      await bus.publish(name, [record('k', '1'), record('k', '2')]);
      const read: string[] = [];
      const following = await bus.follow({
        topic: name,
        from: 'beginning',
        handle: (message) => {
          read.push(text(message));
          throw new Error('no');
        },
      });
      await expect(following.closed).rejects.toThrow('no');
      expect(read).toEqual(['1']);
      await following.stop().catch(() => undefined);
    }, 30_000);

    test('two members share a group, each record is handled, and the place survives both', async () => {
      const name = await topic(4);
      const group = `g-${name}`;
      const seen = new Map<string, number>();
      const by = new Set<string>();
      const join = (of: Bus, who: string) =>
        of.subscribe({
          topic: name,
          group,
          parkingTopic: `${name}-parked`,
          handle: async (message) => {
            by.add(who);
            seen.set(text(message), (seen.get(text(message)) ?? 0) + 1);
            return done;
          },
        });
      const other = await under.open();
      const [first, second] = await Promise.all([join(bus, 'a'), join(other, 'b')]);
      let sent = 0;
      await until(async () => {
        await bus.publish(
          name,
          Array.from({ length: 40 }, () => record(String(sent), String(sent++))),
        );
        return by.size === 2;
      }, 40_000);
      await until(() => seen.size === sent, 40_000);
      await second.stop();
      await bus.publish(name, [record('x', 'after one left')]);
      await until(() => seen.has('after one left'), 40_000);
      await first.stop();
      await bus.publish(name, [record('y', 'while nobody was there')]);
      const before = seen.size;
      const third = await join(other, 'c');
      await until(() => seen.has('while nobody was there'), 40_000);
      await third.stop();
      await other.close();
      expect(seen.size).toBe(before + 1);
    }, 120_000);

    test('a poison message is parked with its reason, a failing one comes again, and nothing is skipped', async () => {
      const name = await topic(1);
      const handled: string[] = [];
      let failures = 0;
      await bus.publish(
        name,
        ['good', 'poison', 'flaky', 'last'].map((value) => record('k', value)),
      );
      const subscription = await bus.subscribe({
        topic: name,
        group: `g-${name}`,
        parkingTopic: `${name}-parked`,
        handle: async (message) => {
          const value = text(message);
          handled.push(value);
          if (value === 'poison') return { kind: 'park', reason: 'cannot be read' };
          if (value === 'flaky' && failures++ < 2) throw new Error('not now');
          return done;
        },
      });
      await subscription.caughtUp;
      await subscription.stop();
      expect(handled).toEqual(['good', 'poison', 'flaky', 'flaky', 'flaky', 'last']);
      const [parked, ...more] = await readAll(`${name}-parked`);
      expect(more).toEqual([]);
      expect(parked && text(parked)).toBe('poison');
      expect(parked?.headers).toMatchObject({ 'wasl-park-reason': 'cannot be read', 'wasl-park-topic': name });
    }, 60_000);

    test('a backlog far larger than one read comes whole, and is not held in memory at once', async () => {
      const name = await topic(2);
      const value = 'x'.repeat(16 * 1024);
      const many = 4_000;
      for (let at = 0; at < many; at += 40) {
        await bus.publish(
          name,
          Array.from({ length: 40 }, (_, index) => record(String(at + index), value)),
        );
      }
      let count = 0;
      let most = 0;
      const started = heldBytes();
      const following = await bus.follow({
        topic: name,
        from: 'beginning',
        handle: () => {
          count += 1;
          if (count % 500 === 0) most = Math.max(most, heldBytes() - started);
        },
      });
      await following.caughtUp;
      await following.stop();
      expect(count).toBe(many);
      expect(most).toBeLessThan(32 * 1024 * 1024);
    }, 90_000);

    test('a compacted topic keeps the newest record of each key', async () => {
      const name = await topic(1, 'compact');
      await bus.publish(name, [record('a', '1'), record('b', '1'), record('a', '2')]);
      const newest = new Map((await readAll(name)).map((message) => [message.key, text(message)]));
      expect(newest).toEqual(
        new Map([
          ['a', '2'],
          ['b', '1'],
        ]),
      );
    }, 30_000);

    test('what was acknowledged survives kill -9; away, a write rejects in its time; back, everything goes on by itself', async ({
      skip,
    }) => {
      const { restart } = under;
      if (restart === undefined) return skip();
      const name = await topic(2);
      const followed: string[] = [];
      const following = await bus.follow({
        topic: name,
        from: 'beginning',
        handle: (message) => void followed.push(text(message)),
      });
      const grouped = new Set<string>();
      const subscription = await bus.subscribe({
        topic: name,
        group: `g-${name}`,
        parkingTopic: `${name}-parked`,
        handle: async (message) => {
          grouped.add(text(message));
          return done;
        },
      });
      const acknowledged: string[] = [];
      for (let index = 0; index < 50; index += 1) {
        await bus.publish(name, [record(String(index % 5), `before ${index}`)]);
        acknowledged.push(`before ${index}`);
      }
      await restart.kill();
      const asked = Date.now();
      await expect(bus.publish(name, [record('k', 'while away')])).rejects.toThrow();
      expect(Date.now() - asked).toBeLessThan(12_000);
      await restart.start();
      await until(
        () =>
          bus.publish(name, [record('k', 'after')]).then(
            () => true,
            () => false,
          ),
        60_000,
      );
      const read = (await readAll(name)).map(text);
      expect(acknowledged.filter((value) => !read.includes(value))).toEqual([]);
      const wanted = [...acknowledged, 'after'];
      await until(() => wanted.every((value) => followed.includes(value) && grouped.has(value)), 60_000);
      await Promise.all([following.stop(), subscription.stop()]);
    }, 180_000);
  });
};
