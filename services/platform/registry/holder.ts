import type { FollowRegistryResponse } from '../../../proto/gen/wasl/exchange/v1/exchange.ts';
import { type Dates, isIssuedBefore } from '../../kernel/certificate-dates.ts';
import { WaslError } from '../../kernel/codes.ts';
import { buildCopy, type CopyPins, type RegistryCopy, type RegistryState } from '../../kernel/copy.ts';
import { strange } from '../../kernel/decide.ts';
import { mustBeOfNow } from '../../kernel/freshness.ts';
import type { AgencyId } from '../../kernel/ids.ts';
import type { Primitives } from '../../kernel/keys.ts';
import type { Logger } from '../log/index.ts';
import { NOTHING_TOLD, piecesOf, type Told, toldOf } from './changes.ts';

/** The gateway's verified copy, and its relay to the kits (who verify for themselves). */
export interface RegistryHolder {
  copy(): RegistryCopy | undefined;
  /** Resolves with the first verified copy. */
  readonly first: Promise<void>;
  /** Takes a new state from the topic; one that does not verify changes nothing. */
  take(state: RegistryState): Promise<void>;
  /** Throws `unknown-agency` for one that is shut out, `agency-keyless`, and `certificate-superseded` for a certificate of before its keys were stolen. */
  admit(agency: AgencyId, certificate: Dates): void;
  /** Aborts with what `admit` throws once it would, and with `agency-keyless` when a key of the agency is revoked; forget it when the call is over. */
  watch(agency: AgencyId, certificate: Dates): { readonly signal: AbortSignal; forget(): void };
  /** Sends what concerns an agency, then what changes, until the signal. */
  stream(
    agency: AgencyId,
    signal: AbortSignal,
    write: (message: FollowRegistryResponse) => Promise<void>,
  ): Promise<void>;
}

export const makeRegistryHolder = (
  primitives: Primitives,
  pins: CopyPins,
  log: Logger,
  now: () => number = Date.now,
): RegistryHolder => {
  let held: { readonly state: RegistryState; readonly copy: RegistryCopy } | undefined;
  let taking: Promise<void> = Promise.resolve();
  const changed = new Set<() => void>();
  let resolveFirst: () => void = () => undefined;
  const first = new Promise<void>((resolve) => {
    resolveFirst = resolve;
  });

  const verify = async (state: RegistryState): Promise<void> => {
    try {
      // The same list stays the same one, so that nobody looks through it again, and no stream for what differs.
      const digests = same(held?.state.digests, state.digests) ? held.state.digests : state.digests;
      const whole = { ...state, digests };
      mustBeOfNow(state.head, now());
      const copy = await buildCopy(primitives, pins, whole, held?.copy);
      for (const { what, code } of copy.problems) log.warn({ what, code }, 'a registry record is left out');
      held = { state: whole, copy };
      resolveFirst();
      for (const tell of [...changed]) tell();
    } catch (error) {
      if (!(error instanceof WaslError)) throw error;
      log.error({ code: error.code }, 'the registry does not verify; the last good copy stays');
    }
  };

  const admit = (agency: AgencyId, certificate: Dates): void => {
    const { status, cleanSinceMs = 0 } = held?.copy.agency(agency) ?? {};
    if (status === 'revoked' || status === 'keyless') throw new WaslError(strange(status), { agency });
    if (isIssuedBefore(certificate, cleanSinceMs)) throw new WaslError('certificate-superseded', { holder: agency });
  };
  const revokedKeys = (agency: AgencyId): number => held?.copy.agency(agency)?.history.revoked.size ?? 0;

  return {
    copy: () => held?.copy,
    first,
    take: (state) => {
      taking = taking.then(() => verify(state));
      return taking;
    },
    admit,
    watch: (agency, certificate) => {
      const shutOut = new AbortController();
      const revoked = revokedKeys(agency);
      const look = (): void => {
        try {
          admit(agency, certificate);
          // Whoever opened this held what was stolen, even where its successor is named already.
          if (revokedKeys(agency) > revoked) throw new WaslError('agency-keyless', { agency });
        } catch (error) {
          shutOut.abort(error);
        }
      };
      changed.add(look);
      look();
      return { signal: shutOut.signal, forget: () => void changed.delete(look) };
    },
    stream: async (agency, signal, write) => {
      let sent: RegistryState | undefined;
      let told: Told = NOTHING_TOLD;
      while (!signal.aborted) {
        const { state, copy } = held ?? {};
        if (state !== undefined && copy !== undefined && state !== sent) {
          const { head, digests } = state;
          const renewed = digests === told.digests;
          const telling = { head, digests, records: renewed ? [] : copy.relevantTo(agency) };
          for (const piece of piecesOf(told, telling)) await write(piece);
          if (!renewed) told = toldOf(telling);
          sent = state;
        }
        await nextChange(signal, () => held?.state !== sent);
      }
    },
  };

  function nextChange(signal: AbortSignal, already: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        changed.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      changed.add(done);
      signal.addEventListener('abort', done);
      if (signal.aborted || already()) done();
    });
  }
};

const same = (one: readonly string[] | undefined, other: readonly string[]): one is readonly string[] =>
  one?.length === other.length && one.every((digest, at) => digest === other[at]);
