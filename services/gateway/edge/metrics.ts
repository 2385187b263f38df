import type { Metrics } from '../../platform/web/index.ts';
import type { Exchanged } from '../domain/ports.ts';
import type { Sessions } from './sessions.ts';

/** What a gateway counts. Labels are codes and outcomes, never ids. */
export const makeGatewayMetrics = (metrics: Metrics, sessions: Sessions) => {
  const exchanges = metrics.counter('exchanges_total', 'Requests that came to an end, by how.', ['end']);
  const duration = metrics.histogram(
    'exchange_seconds',
    'Time from the request to its end.',
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
  );
  const commits = metrics.histogram(
    'evidence_commit_seconds',
    'Time of one group commit of evidence.',
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2],
  );
  const entries = metrics.counter('evidence_entries_total', 'Entries that became durable.', []);
  const unauthenticated = metrics.counter('unauthenticated_total', 'Peers turned away before they could ask.', [
    'reason',
  ]);
  metrics.gauge('replicas', 'Providers’ replicas that are attached.', () => sessions.count());
  metrics.gauge('offers_in_hand', 'Requests that a provider has and has not answered.', () => sessions.inHand());
  return {
    onExchanged: (exchanged: Exchanged, tookMs: number): void => {
      exchanges.add(1, { end: exchanged.kind === 'refusal' ? exchanged.code : 'answered' });
      duration.observe(tookMs / 1000);
    },
    onCommit: (commit: { readonly entries: number; readonly tookMs: number }): void => {
      entries.add(commit.entries, {});
      commits.observe(commit.tookMs / 1000);
    },
    onUnauthenticated: (reason: string): void => unauthenticated.add(1, { reason }),
  };
};
