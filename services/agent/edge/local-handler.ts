import { type Handler, type HandlerAnswer, SourceUnavailable } from '../../../adapters/kit/index.ts';
import { WaslError } from '../../kernel/codes.ts';
import { isObject } from '../../kernel/fields.ts';
import { type JsonObject, parseStrictJson } from '../../kernel/strict-json.ts';

const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
const RETRY_MS = 5_000;
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/;

/** `TYPE=URL` of the settings; `config-invalid` unless the URL is http on a loopback address: what passes there is in the clear. */
export const readProvide = (text: string): readonly [string, string] => {
  const at = text.indexOf('=');
  const [documentType, url] = [text.slice(0, at), text.slice(at + 1)];
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (at <= 0 || parsed?.protocol !== 'http:' || !LOOPBACK.test(parsed.hostname)) {
    throw new WaslError('config-invalid', { what: `provide wants TYPE=http://127.0.0.1:PORT/PATH, not ${text}` });
  }
  return [documentType, url];
};

/**
 * Hands each offer to the ministry's own HTTP handler, as JSON by POST. Its answer counts only as 200 with an `outcome`: a bare 404 is a broken
 * handler and not a missing record. 503 (with Retry-After, RFC 9110 section 10.2.3) and no answer at all mean that the source is away.
 */
export const localHandler =
  (documentType: string, url: string): Handler =>
  async ({ signal, deadline, ...call }) => {
    const asked = { ...call, documentType, deadline: deadline.toISOString() };
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(asked),
      redirect: 'error',
      signal,
    }).catch((cause: unknown) => {
      throw signal.aborted ? cause : new SourceUnavailable(RETRY_MS, { cause });
    });
    if (response.status === 503) {
      await response.body?.cancel();
      const seconds = Number(response.headers.get('retry-after') ?? '');
      throw new SourceUnavailable(seconds > 0 && seconds <= 86_400 ? seconds * 1_000 : RETRY_MS);
    }
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`the handler at ${url} answered ${response.status}`);
    }
    return readAnswer(parseStrictJson(await bounded(response)), url);
  };

const bounded = async (response: Response): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new WaslError('message-too-large', { limit: MAX_ANSWER_BYTES });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const readAnswer = (value: unknown, url: string): HandlerAnswer => {
  const answer = isObject(value as JsonObject) ? (value as JsonObject) : {};
  const { outcome, document, ticket, retryAfterMs } = answer;
  if (outcome === 'found' && isObject(document) && typeof document.asOf === 'string') {
    return { kind: 'found', document: { ...document, asOf: document.asOf } };
  }
  if (outcome === 'not-found' || outcome === 'ambiguous' || outcome === 'unknown-ticket') return { kind: outcome };
  if (outcome === 'deferred' && typeof ticket === 'string') {
    return { kind: 'deferred', ticket, ...(typeof retryAfterMs === 'number' ? { retryAfterMs } : {}) };
  }
  throw new Error(`the handler at ${url} gave no outcome that is known`);
};
