import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Kit, Outcome } from '../../adapters/kit/index.ts';
import { readCopy, readEntries } from '../../services/cli/evidence.ts';
import type { Bus } from '../../services/platform/bus/port.ts';
import { personalExtract } from '../support/documents.ts';
import { type Exchange, startExchange, until } from '../support/exchange.ts';
import { freePort } from '../support/ports.ts';

const GATEWAY = fileURLToPath(new URL('./gateway.mjs', import.meta.url));
const ROUNDS = Number(process.env.WASL_ROUNDS ?? 1);

export interface BusForDeath {
  readonly bus: Bus;
  /** Settings by which a gateway process opens the same bus. */
  readonly settings: object;
  /** Ends the server behind the bus at once, and starts it again. */
  readonly server: { kill(): Promise<void>; start(): Promise<void> } | undefined;
  stop(): Promise<void>;
}

interface Point {
  readonly when: 'before' | 'after';
  readonly kind: 'requested' | 'answered';
}
const POINTS: readonly Point[] = (['requested', 'answered'] as const).flatMap((kind) => [
  { when: 'before' as const, kind },
  { when: 'after' as const, kind },
]);

/** kill -9 of the gateway at each commit point, and of the server behind the bus under load; afterwards the evidence is judged. */
export const describeDeath = (name: string, start: () => Promise<BusForDeath>): void => {
  describe(`death (${name})`, () => {
    let under: BusForDeath;
    let exchange: Exchange;
    let asker: Kit;
    let address: string;
    let child: ChildProcess | undefined;
    /** Requests for which the ministry's handler was called, by the case reference that names them. */
    const delivered: string[] = [];
    let calls = 0;

    const startGateway = async (die?: Point): Promise<{ readonly gone: Promise<unknown> }> => {
      const identity = exchange.layout.gateway('gw-1');
      const argument = JSON.stringify({
        identity,
        listen: address,
        bus: under.settings,
        ...(die === undefined ? {} : { die }),
      });
      const started = spawn(process.execPath, [GATEWAY, argument], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
      child = started;
      const gone = new Promise((resolve) => started.once('exit', resolve));
      await new Promise<void>((resolve, reject) => {
        started.stdout?.once('data', () => resolve());
        void gone.then(() => reject(new Error('the gateway did not start')));
      });
      return { gone };
    };
    const ask = async (): Promise<Outcome> => {
      const outcome = await asker.request({
        from: 'civil-status',
        documentType: 'civil-status.personal-extract',
        subject: { scheme: 'jo:national-number', value: '0009990001' },
        purpose: 'issue-driving-licence',
        deadlineMs: 4_000,
      });
      if (outcome.outcome === 'delivered') delivered.push(outcome.requestId);
      return outcome;
    };
    const serves = (): Promise<void> => until(async () => (await ask()).outcome === 'delivered', 60_000);

    /** The evidence as it stands, held to every promise that a death could break. */
    const judge = async (): Promise<{ readonly unanswered: number }> => {
      const entries = await readEntries(under.bus, await readCopy(under.bus, exchange.layout));
      expect(entries.filter(({ signature, chain }) => signature !== 'good' || chain !== 'whole')).toEqual([]);
      const idsOf = (kind: string): Set<string> =>
        new Set(
          entries.flatMap(({ entry: { body } }) =>
            body.kind === kind && 'requestId' in body ? [String(body.requestId)] : [],
          ),
        );
      const requested = idsOf('requested');
      const answered = idsOf('answered');
      expect(delivered.filter((id) => !requested.has(id) || !answered.has(id))).toEqual([]);
      // Each call of the handler had its entry first: the kit shows none that was not promised, and there are no more calls than entries.
      expect(calls).toBeLessThanOrEqual(requested.size);
      return { unanswered: [...requested].filter((id) => !answered.has(id)).length };
    };

    beforeAll(async () => {
      under = await start();
      address = `127.0.0.1:${await freePort()}`;
      exchange = await startExchange(under.bus, { gatewayAt: address });
      await exchange.kit('civil-status', {
        'civil-status.personal-extract': async () => {
          calls += 1;
          return { kind: 'found', document: personalExtract() };
        },
      });
      asker = await exchange.kit('transport');
    }, 120_000);
    afterAll(async () => {
      child?.kill('SIGKILL');
      await exchange?.stop();
      await under?.stop();
    }, 60_000);

    test.each(POINTS)(
      'of the gateway just $when the entry `$kind` is durable',
      async (point) => {
        for (let round = 0; round < ROUNDS; round += 1) {
          const { gone } = await startGateway(point);
          const before = (await judge()).unanswered;
          let dead = false;
          void gone.then(() => {
            dead = true;
          });
          // The round counts only if it really interrupted something: requests in flight when the process goes.
          let interrupted = 0;
          const load = Array.from({ length: 5 }, async () => {
            while (!dead) {
              const outcome = await ask();
              if (outcome.outcome === 'unavailable' && outcome.code === 'gateway-unreachable') interrupted += 1;
            }
          });
          await gone;
          await Promise.all(load);
          expect(interrupted).toBeGreaterThan(0);
          await startGateway();
          await serves();
          const { unanswered } = await judge();
          const answeredInTime = point.kind === 'answered' && point.when === 'after';
          if (point.kind === 'requested' && point.when === 'before') expect(unanswered).toBe(before);
          else if (!answeredInTime) expect(unanswered).toBeGreaterThan(before);
          child?.kill('SIGKILL');
        }
      },
      180_000,
    );

    test('of the server behind the bus, under load', async ({ skip }) => {
      const { server } = under;
      if (server === undefined) return skip();
      await startGateway();
      await serves();
      for (let round = 0; round < ROUNDS; round += 1) {
        let loading = true;
        let interrupted = 0;
        const load = Array.from({ length: 8 }, async () => {
          while (loading) if ((await ask()).outcome !== 'delivered') interrupted += 1;
        });
        const soFar = delivered.length;
        await until(() => delivered.length > soFar + 20, 30_000);
        await server.kill();
        await until(() => interrupted > 0, 30_000);
        await server.start();
        await serves();
        loading = false;
        await Promise.all(load);
        await judge();
      }
    }, 240_000);
  });
};
