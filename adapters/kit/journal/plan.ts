import { WaslError } from '../../../services/kernel/codes.ts';
import { type JournalBody, journalBody, linkJournal } from '../../../services/kernel/journal.ts';
import type { JournalHead } from '../../../services/kernel/statements.ts';
import type { OfferedBody } from './port.ts';

/** A line's bytes at most; every part of a body has a smaller limit of its own. */
export const MAX_LINE = 4 * 1024 * 1024;

/** What is wanted of a commit: an append, or an admission when there is a quota. `text` is the body's canonical JSON. */
export type Wish = { readonly text: string } & (
  | { readonly body: JournalBody; readonly quotaPerDay?: undefined }
  | { readonly body: OfferedBody; readonly quotaPerDay: number }
);

export type Granted =
  | { readonly kind: 'appended'; readonly head: JournalHead }
  | { readonly kind: 'seen' | 'quota-spent' };

/** What the durable part of the chain remembers. */
export interface Memory {
  seen(requestId: string): boolean;
  used(agreement: string, day: string): number;
}

export interface Plan {
  readonly lines: readonly { readonly line: string; readonly head: JournalHead; readonly body: JournalBody }[];
  readonly granted: readonly Granted[];
}

/** A body's text; a body that has no line is refused here, before it can spoil a group. */
export const textOf = (body: JournalBody): string => {
  const text = journalBody(body);
  // A character is three bytes at most.
  if (text.length > MAX_LINE / 4) throw new WaslError('message-too-large', { what: `journal ${body.kind}` });
  return text;
};

export const quotaKey = (agreement: string, day: string): string => `${day} ${agreement}`;

/** Decides a group in its order, as if each wish came alone; nothing is remembered until the lines are durable. */
export const planGroup = (memory: Memory, from: JournalHead, wishes: readonly Wish[], timeMs: number): Plan => {
  const seen = new Set<string>();
  const used = new Map<string, number>();
  const lines: Plan['lines'][number][] = [];
  let head = from;

  const refusalOf = (body: OfferedBody, quotaPerDay: number): 'seen' | 'quota-spent' | undefined => {
    if (seen.has(body.requestId) || memory.seen(body.requestId)) return 'seen';
    const before = memory.used(body.agreement, body.day) + (used.get(quotaKey(body.agreement, body.day)) ?? 0);
    return before >= quotaPerDay ? 'quota-spent' : undefined;
  };

  const granted = wishes.map((wish): Granted => {
    const refusal = wish.quotaPerDay === undefined ? undefined : refusalOf(wish.body, wish.quotaPerDay);
    if (refusal !== undefined) return { kind: refusal };
    const { body, text } = wish;
    if (body.kind === 'offered') {
      const key = quotaKey(body.agreement, body.day);
      seen.add(body.requestId);
      used.set(key, (used.get(key) ?? 0) + 1);
    }
    const link = linkJournal(head, timeMs, text);
    head = link.head;
    lines.push({ line: link.line, head, body });
    return { kind: 'appended', head };
  });
  return { lines, granted };
};
