import { type HandlerAnswer, SourceUnavailable } from '../../adapters/kit/index.ts';
import { personalExtract } from '../support/documents.ts';

/** How a handler may end, and the code that its agency then signs. */
export const PROVIDER_ENDS: readonly (readonly [string, string, () => Promise<HandlerAnswer>])[] = [
  ['no record', 'no-such-record', async () => ({ kind: 'not-found' })],
  ['a ticket of its own that it does not know', 'ticket-unknown', async () => ({ kind: 'unknown-ticket' })],
  ['a ticket longer than one may be', 'provider-failed', async () => ({ kind: 'deferred', ticket: 'T'.repeat(129) })],
  ['several matches', 'ambiguous-subject', async () => ({ kind: 'ambiguous' })],
  ['later', 'deferred-by-provider', async () => ({ kind: 'deferred', ticket: 'T-1' })],
  [
    'a document against its schema',
    'schema-invalid-answer',
    async () => ({ kind: 'found', document: personalExtract({ sex: 'x' }) }),
  ],
  ['a handler that fails', 'provider-failed', async () => Promise.reject(new Error('0009990001 broke it'))],
  ['a source that does not answer', 'source-unavailable', async () => Promise.reject(new SourceUnavailable(1_000))],
];
