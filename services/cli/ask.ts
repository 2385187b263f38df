import { mkdir } from 'node:fs/promises';
import {
  type Ask,
  type CollectOptions,
  type Identity,
  type Kit,
  loadIdentity,
  type Outcome,
  openFileJournal,
  openKit,
  outcomeJson,
  silentLogger,
  type Verified,
} from '../../adapters/kit/index.ts';
import type { RegistryCopy } from '../kernel/copy.ts';
import type { JsonObject } from '../kernel/strict-json.ts';
import { readSubject } from './subject.ts';

export interface AskAs {
  readonly identity: string;
  readonly journal: string;
  readonly gateway: string;
  readonly ask: Asking;
}

/** What is asked, or the ticket of what was deferred. */
type Asking =
  | (Omit<Ask, 'subject'> & {
      /** As typed: a number alone, or `scheme:value`. */
      readonly subject: string;
    })
  | (CollectOptions & { readonly ticket: string });

export interface Asked {
  readonly outcome: Outcome;
  readonly identity: Identity;
  readonly copy: RegistryCopy | undefined;
  readonly tookMs: number;
  /** Of a document: what its provider's status list says of it. */
  readonly verified?: Verified;
}

/** As --json prints it. */
export const askedJson = ({ outcome, tookMs, verified }: Asked): object => ({
  ...outcomeJson(outcome),
  ...(outcome.outcome === 'delivered'
    ? { status: verified?.status ?? 'unknown', statusAsOf: verified?.asOf ?? null }
    : {}),
  tookMs: Math.round(tookMs),
});

/** One writer a journal: another request from the command line is waited for. */
const LOCK_PATIENCE_MS = 15_000;

/** An agency's kit, with its journal for what is done from the command line, for as long as `use` takes. */
export const withKit = async <T>(
  { identity: folder, journal: dir, gateway }: Omit<AskAs, 'ask'>,
  use: (kit: Kit, identity: Identity) => Promise<T>,
): Promise<T> => {
  const identity = await loadIdentity(folder);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const journal = await openFileJournal({ dir, patienceMs: LOCK_PATIENCE_MS });
  const kit = openKit({ identity, gateways: [gateway], journal, log: silentLogger });
  try {
    return await use(kit, identity);
  } finally {
    await kit.close();
    await journal.close();
  }
};

/** Makes one request as an agency; waits while another command writes in its journal. */
export const askAs = ({ ask, ...as }: AskAs): Promise<Asked> =>
  withKit(as, async (kit, identity) => {
    await kit.ready(ask.deadlineMs ?? 10_000).catch(() => undefined);
    const copy = kit.copy();
    const started = performance.now();
    const outcome =
      'ticket' in ask
        ? await kit.collect(ask.ticket, ask)
        : await kit.request({ ...ask, subject: readSubject(ask.subject, schemaOf(copy, ask)) });
    const tookMs = performance.now() - started;
    const verified =
      outcome.outcome === 'delivered' ? await kit.verify(outcome.credential).catch(() => undefined) : undefined;
    await kit.drain();
    return { outcome, identity, copy, tookMs, ...(verified === undefined ? {} : { verified }) };
  });

const schemaOf = (
  copy: RegistryCopy | undefined,
  { documentType, documentVersion = 1 }: Pick<Ask, 'documentType' | 'documentVersion'>,
): JsonObject | undefined => copy?.documentType(documentType, documentVersion)?.schema;
