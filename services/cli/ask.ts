import { mkdir } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import {
  type Ask,
  type CollectOptions,
  type Identity,
  type Journal,
  loadIdentity,
  type Outcome,
  openFileJournal,
  openKit,
  outcomeJson,
  silentLogger,
} from '../../adapters/kit/index.ts';
import { WaslError } from '../kernel/codes.ts';
import type { RegistryCopy } from '../kernel/copy.ts';
import { isObject } from '../kernel/fields.ts';

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
}

/** As --json prints it. */
export const askedJson = ({ outcome, tookMs }: Asked): object => ({
  ...outcomeJson(outcome),
  tookMs: Math.round(tookMs),
});

const LOCK_PATIENCE_MS = 15_000;

/** Makes one request as an agency, with its journal for requests from the command line; waits while another command writes in it. */
export const askAs = async ({ identity: folder, journal: dir, gateway, ask }: AskAs): Promise<Asked> => {
  const identity = await loadIdentity(folder);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const journal = await patiently(() => openFileJournal({ dir }));
  const kit = openKit({ identity, gateways: [gateway], journal, log: silentLogger });
  try {
    await kit.ready(ask.deadlineMs ?? 10_000).catch(() => undefined);
    const copy = kit.copy();
    const started = performance.now();
    const outcome =
      'ticket' in ask
        ? await kit.collect(ask.ticket, ask)
        : await kit.request({ ...ask, subject: readSubject(ask.subject, copy, ask) });
    const tookMs = performance.now() - started;
    await kit.drain();
    return { outcome, identity, copy, tookMs };
  } finally {
    await kit.close();
    await journal.close();
  }
};

/** One writer a journal: another request from the command line is waited for. */
const patiently = async (open: () => Promise<Journal>): Promise<Journal> => {
  for (const end = Date.now() + LOCK_PATIENCE_MS; ; ) {
    try {
      return await open();
    } catch (error) {
      const held = error instanceof WaslError && error.code === 'data-folder-in-use';
      if (!held || Date.now() > end) throw error;
      await wait(50 + Math.random() * 100);
    }
  }
};

/** A bare number is taken under the first scheme of the document whose form it has; `xx:name:value` says its scheme. */
const readSubject = (
  text: string,
  copy: RegistryCopy | undefined,
  { documentType, documentVersion = 1 }: Pick<Ask, 'documentType' | 'documentVersion'>,
): Ask['subject'] => {
  const [, scheme, value] = /^([a-z]{2}:[a-z-]+):(.+)$/.exec(text) ?? [];
  if (scheme !== undefined && value !== undefined) return { scheme, value };
  const schemes = copy?.documentType(documentType, documentVersion)?.schema['x-subject-schemes'];
  const rules = schemes !== undefined && isObject(schemes) ? Object.entries(schemes) : [];
  const fits = rules.find(
    ([, rule]) => isObject(rule) && typeof rule.pattern === 'string' && new RegExp(rule.pattern, 'u').test(text),
  );
  return { scheme: fits?.[0] ?? rules[0]?.[0] ?? 'jo:national-number', value: text };
};
