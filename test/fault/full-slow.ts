import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Kit, Outcome } from '../../adapters/kit/index.ts';
import type { Bus } from '../../services/platform/bus/port.ts';
import { freePort } from '../../services/platform/store/index.ts';
import { residentMb } from '../bench/cpu.ts';
import { ASK } from '../support/asks.ts';
import { personalExtract } from '../support/documents.ts';
import { type Exchange, startExchange, until } from '../support/exchange.ts';
import { FULL_DISK_AVAILABLE } from '../support/full-disk.ts';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.ts';
import { stopInPlace } from '../support/stopped.ts';
import { judgeLog } from './judge-log.ts';

/** A minute when rounds are run by hand; a few seconds, but more than the gateway's patience, otherwise. */
const PAUSE_MS = Number(process.env.WASL_ROUNDS ?? 1) >= 20 ? 60_000 : 6_000;
const DEADLINE_MS = 4_000;
/** What the kit adds to a deadline, and what a loaded machine does. */
const SLACK_MS = 4_000;
const CALLERS = 16;
const GATEWAY_MB = 300;

export interface BusUnderFault {
  readonly bus: Bus;
  /** Settings by which a gateway process opens the same bus. */
  readonly settings: object;
  /** The server behind the bus; undefined when it is not ours to stop. */
  readonly pid: (() => number) | undefined;
  /** Leaves the server no room for more; resolves to what gives it room again. */
  fill(): Promise<() => Promise<void>>;
  stop(): Promise<void>;
}

/** The server behind the bus stops where it stands, its connections open, under load, and runs on; then its disk is really full. */
export const describeFullAndSlow = (name: string, start: () => Promise<BusUnderFault>): void => {
  describe(`the server behind the evidence (${name})`, () => {
    let under: BusUnderFault;
    let exchange: Exchange;
    let asker: Kit;
    let gateway: GatewayProcess;
    let calls = 0;
    const delivered: string[] = [];

    const ask = async (): Promise<Outcome & { readonly tookMs: number }> => {
      const started = performance.now();
      const outcome = await asker.request({
        ...ASK,
        deadlineMs: DEADLINE_MS,
      });
      if (outcome.outcome === 'delivered') delivered.push(outcome.requestId);
      return { ...outcome, tookMs: performance.now() - started };
    };
    const serves = (withinMs: number): Promise<void> =>
      until(async () => (await ask()).outcome === 'delivered', withinMs);

    beforeAll(async () => {
      under = await start();
      const listen = `127.0.0.1:${await freePort()}`;
      exchange = await startExchange(under.bus, { gatewayAt: listen });
      gateway = await startGatewayProcess({ exchange, listen, bus: under.settings });
      await exchange.kit('civil-status', {
        'civil-status.personal-extract': async () => {
          calls += 1;
          return { kind: 'found', document: personalExtract() };
        },
      });
      asker = await exchange.kit('transport');
      await serves(30_000);
    }, 120_000);
    afterAll(async () => {
      await gateway?.kill();
      await exchange?.stop();
      await under?.stop();
    }, 60_000);

    test(`pauses for ${PAUSE_MS / 1000} s: each request ends within its deadline, memory stays, service resumes alone, evidence is whole`, async ({
      skip,
    }) => {
      const pid = under.pid?.();
      if (pid === undefined) return skip();
      const ends: (Outcome & { readonly tookMs: number })[] = [];
      let loading = true;
      const load = Array.from({ length: CALLERS }, async () => {
        while (loading) ends.push(await ask());
      });
      await until(() => delivered.length > 4 * CALLERS, 30_000);
      const server = stopInPlace(pid);
      try {
        await wait(PAUSE_MS);
        expect(ends.some((end) => 'code' in end && end.code === 'evidence-unavailable')).toBe(true);
      } finally {
        server.go();
      }
      const resident = residentMb(gateway.pid);
      const soFar = delivered.length;
      await until(() => delivered.length > soFar + CALLERS, 30_000);
      loading = false;
      await Promise.all(load);

      expect(Math.max(...ends.map(({ tookMs }) => tookMs))).toBeLessThan(DEADLINE_MS + SLACK_MS);
      expect(new Set(ends.map(({ outcome }) => outcome))).toEqual(new Set(['delivered', 'unavailable']));
      expect(resident).toBeLessThan(GATEWAY_MB);
      await judgeLog(under.bus, exchange, { delivered, calls });
    }, 240_000);

    test('has a full disk: requests are refused and nobody is asked, each time; once there is room, service goes on by itself', async ({
      skip,
    }) => {
      if (under.pid === undefined || !FULL_DISK_AVAILABLE) return skip();
      const room = await under.fill();
      try {
        await until(async () => codeOf(await ask()) === 'evidence-unavailable', 30_000);
        const asked = calls;
        const ends = await Promise.all(Array.from({ length: 20 }, ask));
        expect(new Set(ends.map(codeOf))).toEqual(new Set(['evidence-unavailable']));
        expect(calls).toBe(asked);
      } finally {
        await room();
      }
      await serves(60_000);
      await judgeLog(under.bus, exchange, { delivered, calls });
    }, 180_000);
  });
};

const codeOf = (end: Outcome): string => ('code' in end ? end.code : end.outcome);
