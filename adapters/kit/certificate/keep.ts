import { setTimeout as wait } from 'node:timers/promises';
import { WaslError } from '../../../services/kernel/codes.ts';
import { isNewer, loadTls, type TlsIdentity, validityOf } from '../../../services/platform/crypto/index.ts';
import type { Logger } from '../../../services/platform/log/index.ts';
import type { Identity } from '../identity.ts';
import { pause } from '../pause.ts';
import { renewCertificate } from './renew.ts';

/** A certificate is renewed when this part of its life is left; each process of an agency a little earlier than that, by chance. */
const DUE = { latest: 1 / 3, earliest: 3 / 8 };
/** And the log warns when only this part is left. */
const LATE = 1 / 6;
/** By a gateway's word alone it is not renewed again so soon: a stolen one would have it renewed for ever. */
const AGAIN_MS = 60_000;
/** How often it is looked whether another process, or a person, has renewed it. */
const LOOK_MS = 60_000;
const RETRY_MS = { least: 500, most: 10 * 60_000, expired: 10_000 };
/** How long an attempt under way may hold up the end of the process. */
const LEAVING_MS = 2_000;

/** An agency's certificate, for as long as its kit runs. */
export interface KeptCertificate {
  /** What new connections show. */
  current(): TlsIdentity;
  /** The refusal by which an agency hears that its certificate has expired; undefined until then. */
  expired(): WaslError | undefined;
  /** Renews it now, for a gateway refuses this one because it was issued too early. */
  superseded(tls: TlsIdentity): void;
  stop(): Promise<void>;
}

/** How far a certificate's life is gone. By the clock of the machine, as in TLS. */
const ageOf = ({ cert }: TlsIdentity) => {
  const { fromMs, untilMs } = validityOf(cert);
  return { lifeMs: untilMs - fromMs, leftMs: untilMs - Date.now(), until: new Date(untilMs).toISOString() };
};

/** Renews the certificate of the identity in good time, and tells of each that takes the place of the one before, whoever got it. */
export const keepCertificate = (of: {
  readonly identity: Identity;
  readonly log: Logger;
  readonly onRenewed: (tls: TlsIdentity) => void;
}): KeptCertificate => {
  const { identity, log, onRenewed } = of;
  const { folder, agency } = identity;
  const stopping = new AbortController();
  let held = identity.tls;
  let dueShare = 0;
  /** When it took the place of another, by the clock of the machine. */
  let sinceMs = 0;
  let refused: string | undefined;
  let wake = (): void => undefined;
  /** What the log has said of this certificate. */
  let said = new Set<string>();

  const take = (tls: TlsIdentity): void => {
    if (stopping.signal.aborted || tls.cert === held.cert || isNewer(held.cert, tls.cert)) return;
    held = tls;
    sinceMs = Date.now();
    begin();
    const { serial, untilMs } = validityOf(tls.cert);
    log.info({ certificate: serial, until: new Date(untilMs).toISOString() }, 'the certificate has been renewed');
    onRenewed(tls);
  };
  const begin = (): void => {
    dueShare = DUE.latest + Math.random() * (DUE.earliest - DUE.latest);
    said = new Set();
  };
  const once = (what: string, say: () => void): void => {
    if (said.has(what)) return;
    said.add(what);
    say();
  };
  const expired = (): WaslError | undefined => {
    const { leftMs, until } = ageOf(held);
    return leftMs > 0 ? undefined : new WaslError('certificate-expired', { holder: agency, at: until });
  };

  const superseded = ({ cert }: TlsIdentity): void => {
    if (cert !== held.cert || Date.now() - sinceMs < AGAIN_MS) return;
    refused = cert;
    wake();
  };
  const rest = async (ms: number): Promise<void> => {
    if (stopping.signal.aborted) return;
    const woken = new AbortController();
    wake = () => woken.abort();
    await pause(ms, woken.signal);
  };

  const attempt = async (): Promise<void> => {
    try {
      take(await renewCertificate(identity, held));
    } catch (error) {
      const code = error instanceof WaslError ? error.code : 'internal';
      once(code, () => log.warn({ code, err: error }, 'the certificate could not be renewed; trying again'));
    }
    const { lifeMs, leftMs, until } = ageOf(held);
    const over = expired();
    if (over !== undefined) once('expired', () => log.error({ code: over.code, until }, over.message));
    else if (leftMs < lifeMs * LATE) {
      once('late', () => log.warn({ until, leftMs }, 'the certificate expires soon, and has not been renewed'));
    }
  };

  const run = async (from: string): Promise<void> => {
    begin();
    for (let tries = 0; !stopping.signal.aborted; ) {
      await loadTls(from)
        .then(take)
        .catch((error: unknown) =>
          once('unreadable', () => log.error({ err: error }, 'the identity’s folder cannot be read any more')),
        );
      const { lifeMs, leftMs } = ageOf(held);
      const earlyMs = refused === held.cert ? 0 : leftMs - lifeMs * dueShare;
      if (earlyMs > 0) {
        tries = 0;
        await rest(Math.min(earlyMs, LOOK_MS));
        continue;
      }
      await attempt();
      const { leftMs: stillMs } = ageOf(held);
      const doubled = RETRY_MS.least * 2 ** Math.min(tries, 12);
      // The nearer the end, the sooner again.
      const mostMs = stillMs > 0 ? Math.max(stillMs / 8, RETRY_MS.least) : RETRY_MS.expired;
      await rest(Math.min(doubled, mostMs, RETRY_MS.most) * (0.5 + Math.random() / 2));
      tries += 1;
    }
  };
  const running =
    folder === undefined
      ? Promise.resolve()
      : run(folder).catch((error: unknown) =>
          log.error({ err: error }, 'the certificate is not looked after any more'),
        );

  return {
    current: () => held,
    expired,
    superseded,
    stop: async () => {
      stopping.abort();
      wake();
      await Promise.race([running, wait(LEAVING_MS, undefined, { ref: false })]);
    },
  };
};
