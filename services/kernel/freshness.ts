import { type Code, WaslError } from './codes.ts';
import { readJws } from './jws.ts';
import { type RequestStatement, TYP } from './statements.ts';

/** How far a request's times may lie from the clock of whoever checks it, and from each other; ms. */
export const FRESHNESS = { pastMs: 60_000, futureMs: 10_000, deadlineMs: 60_000 } as const;

/** How old a registry head may be that still decides, unless a gateway is told otherwise; ms. The registry may be away for as long. */
export const REGISTRY_FRESH_MS = 24 * 3_600_000;

/** How far ahead of a reader's clock a head may be dated, ms: by more, whoever holds the registry's key could make a copy that never grows old, and bring forward the day on which keys count. */
const REGISTRY_AHEAD_MS = 2 * 3_600_000;

/** Holds a registry head, verified or not yet, to the clock of whoever reads it. Errors: `registry-ahead`, `malformed-message`, `wrong-type`. */
export const mustBeOfNow = (head: string, nowMs: number): void => {
  const ahead = Number(readJws(head, TYP.registryHead).payload.timeMs) > nowMs + REGISTRY_AHEAD_MS;
  if (ahead) throw new WaslError('registry-ahead');
};

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
