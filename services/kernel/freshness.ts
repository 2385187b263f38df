import type { Code } from './codes.ts';
import type { RequestStatement } from './statements.ts';

/** How far a request's times may lie from the clock of whoever checks it, and from each other; ms. */
export const FRESHNESS = { pastMs: 60_000, futureMs: 10_000, deadlineMs: 60_000 } as const;

/** How old a registry head may be that still decides, unless a gateway is told otherwise; ms. The registry may be away for as long. */
export const REGISTRY_FRESH_MS = 24 * 3_600_000;

/** Characters of any signed statement at most. */
export const MAX_STATEMENT_CHARACTERS = 16 * 1024;

/** What is wrong with a request's times, if anything. Gateways and providers' kits ask this same question of their own clocks. */
export const staleness = (request: RequestStatement, nowMs: number): Code | undefined => {
  if (request.issuedAtMs > nowMs + FRESHNESS.futureMs) return 'issued-in-future';
  if (request.issuedAtMs < nowMs - FRESHNESS.pastMs) return 'issued-too-old';
  const span = request.deadlineMs - request.issuedAtMs;
  if (span <= 0 || span > FRESHNESS.deadlineMs) return 'deadline-invalid';
  return request.deadlineMs <= nowMs ? 'deadline-exceeded' : undefined;
};
