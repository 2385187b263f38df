import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadIdentity, openFileJournal, openKit, silentLogger } from '../../adapters/kit/index.ts';
import { layoutOf } from '../../services/cli/development/layout.ts';
import { bringUp } from '../../services/cli/up/up.ts';
import { connectGateway } from '../../services/platform/rpc/index.ts';
import { closedLoop, median, percentile, type Scenario, spreadOf, type Window } from './report.ts';

const CALLERS = 64;
const WINDOW_MS = 5_000;
const WINDOWS = 3;
const YARDSTICK = 'empty calls to the same gateway, same mutual TLS, same callers';

/**
 * The whole exchange with real processes: one kit asks Civil Status through a gateway, in a closed loop; three windows, each beside a window
 * of the yardstick, so that a noisy machine disturbs both.
 */
export const benchExchange = async (
  bus: { readonly kafka?: readonly string[] },
  say: (text: string) => void,
): Promise<readonly Scenario[]> => {
  const data = await mkdtemp(join(tmpdir(), 'wasl-bench-'));
  const layout = layoutOf(data);
  const running = await bringUp(layout, { ...bus, say, signal: new AbortController().signal });
  const identity = await loadIdentity(layout.agency('transport'));
  const journal = await openFileJournal({ dir: layout.journal('transport', 'requests') });
  const kit = openKit({ identity, gateways: [running.gateway], journal, log: silentLogger });
  const bare = connectGateway({ address: running.gateway, tls: identity.tls, trustDomain: identity.trustDomain });
  const ends = new Map<string, number>();
  const ask = async (): Promise<void> => {
    const outcome = await kit.request({
      from: 'civil-status',
      documentType: 'civil-status.personal-extract',
      subject: { scheme: 'jo:national-number', value: '0009990001' },
      purpose: 'issue-driving-licence',
    });
    const end = 'code' in outcome ? outcome.code : outcome.outcome;
    ends.set(end, (ends.get(end) ?? 0) + 1);
  };
  const touch = async (): Promise<void> => {
    await bare.announce({ timeoutMs: 10_000 });
  };
  try {
    await kit.ready(10_000);
    say('warming up');
    await closedLoop(CALLERS, 2_000, ask);
    await closedLoop(CALLERS, 1_000, touch);
    ends.clear();
    const exchanges: Window[] = [];
    const yards: Window[] = [];
    for (let window = 1; window <= WINDOWS; window += 1) {
      say(`window ${window} of ${WINDOWS}`);
      yards.push(await closedLoop(CALLERS, WINDOW_MS, touch));
      exchanges.push(await closedLoop(CALLERS, WINDOW_MS, ask));
    }
    const alone = await closedLoop(1, WINDOW_MS, ask);
    say(`ends: ${[...ends].map(([end, count]) => `${end} ${count}`).join(', ')}`);
    const rates = exchanges.map(({ perSecond }) => perSecond);
    const yard = median(yards.map(({ perSecond }) => perSecond));
    const latencies = exchanges.flatMap(({ latenciesMs }) => latenciesMs);
    const p95s = exchanges.map(({ latenciesMs }) => percentile(latenciesMs, 0.95));
    const scenario = (
      name: string,
      value: number,
      unit: string,
      ratio: number | null,
      spread: readonly [number, number],
    ): Scenario => ({
      name,
      value,
      unit,
      yardstick: ratio === null ? 'none' : YARDSTICK,
      ratio,
      spread,
    });
    return [
      scenario('empty calls, 64 in flight', yard, '1/s', 1, spreadOf(yards.map(({ perSecond }) => perSecond))),
      scenario('delivered documents, 64 in flight', median(rates), '1/s', median(rates) / yard, spreadOf(rates)),
      scenario(
        'time to a document, 64 in flight, p50',
        median(latencies),
        'ms',
        null,
        spreadOf(exchanges.map((one) => median(one.latenciesMs))),
      ),
      scenario('time to a document, 64 in flight, p95', percentile(latencies, 0.95), 'ms', null, spreadOf(p95s)),
      scenario('time to a document, alone, p50', median(alone.latenciesMs), 'ms', null, spreadOf(alone.latenciesMs)),
    ];
  } finally {
    await kit.drain();
    await kit.close();
    bare.close();
    await journal.close();
    await running.stop();
    await rm(data, { recursive: true, force: true });
  }
};
