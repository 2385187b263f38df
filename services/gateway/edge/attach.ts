import type {
  AttachRequest,
  AttachResponse,
  UploadRequest,
  UploadResponse,
} from '../../../proto/gen/wasl/exchange/v1/exchange.ts';
import { WaslError } from '../../kernel/codes.ts';
import type { AgencyId } from '../../kernel/ids.ts';
import { MAX_DOCUMENT_BYTES } from '../../kernel/jwe.ts';
import type { Logger } from '../../platform/log/index.ts';
import type { Duplex } from '../../platform/rpc/index.ts';
import type { Budget } from '../domain/budget.ts';
import type { Sessions } from './sessions.ts';

/** An answer above this many bytes of sealed document comes by Upload. */
const MAX_INLINE_BYTES = 64 * 1024;
const MAX_CREDITS = 10_000;
/** Time for all chunks of an answer; a replica that stops in the middle must not hold the room for ever. */
const UPLOAD_MS = 60_000;

export interface AttachParts {
  readonly sessions: Sessions;
  /** Bytes of documents on their way. */
  readonly documents: Budget;
  readonly log: Logger;
  readonly welcome: { readonly gateway: string; readonly boot: string };
  /** Whether the registry names this agency as the provider of the document type. */
  readonly provides: (agency: AgencyId, documentType: string) => boolean;
}

/** Serves one replica's stream to its end. Throws the refusal of a bad greeting or message. */
export async function serveAttach(
  { sessions, documents, log, welcome, provides }: AttachParts,
  agency: AgencyId,
  stream: Duplex<AttachRequest, AttachResponse>,
): Promise<void> {
  const messages = stream.incoming[Symbol.asyncIterator]();
  const first = await messages.next();
  const greeting = first.done === true ? undefined : first.value.message;
  if (greeting?.$case !== 'hello') throw new WaslError('malformed-message', { what: 'attach.hello' });
  const { documentTypes, credits, replica } = greeting.value;
  // The certificate says who attaches; a name in the greeting that is another agency's is an attempt to answer for it.
  if (!documentTypes.every((type) => provides(agency, type))) throw new WaslError('identity-mismatch', { agency });
  const session = sessions.open({
    provider: agency,
    replica,
    types: documentTypes,
    credits: Math.min(credits, MAX_CREDITS),
    send: stream.write,
  });
  log.info({ agency, replica: replica.slice(0, 64), documentTypes, credits }, 'a replica is attached');
  try {
    await stream.write({ message: { $case: 'welcome', value: { ...welcome } } });
    for (let next = await messages.next(); next.done !== true; next = await messages.next()) {
      const { message } = next.value;
      if (message?.$case === 'credit') session.setCredits(Math.min(message.value.credits, MAX_CREDITS));
      else if (message?.$case === 'answer') {
        const { requestId, statement, sealedDocument } = message.value;
        if (sealedDocument.length > MAX_INLINE_BYTES) {
          throw new WaslError('message-too-large', { limit: MAX_INLINE_BYTES });
        }
        const requester = sessions.awaiting(agency, requestId);
        const release = requester && documents.take([agency, requester], sealedDocument.length);
        // Another replica's request is not this one's to answer.
        if (!session.returned(requestId, release === undefined ? 'busy' : { statement, sealedDocument, release })) {
          release?.();
          log.warn({ agency, requestId }, 'an answer came that nobody waits for');
        }
      } else throw new WaslError('malformed-message', { what: 'attach' });
    }
  } finally {
    session.close();
    log.info({ agency, replica: replica.slice(0, 64) }, 'a replica is gone');
  }
}

/** Takes one larger answer in chunks. The size is stated first and held to; without room for it the request ends as `gateway-busy`. */
export async function serveUpload(
  { sessions, documents }: Pick<AttachParts, 'sessions' | 'documents'>,
  agency: AgencyId,
  incoming: AsyncIterable<UploadRequest>,
): Promise<UploadResponse> {
  const messages = incoming[Symbol.asyncIterator]();
  const malformed = (): WaslError => new WaslError('malformed-message', { what: 'upload' });
  const first = await messages.next();
  const start = first.done === true ? undefined : first.value.message;
  if (start?.$case !== 'start') throw malformed();
  const { requestId, statement, sealedBytes } = start.value;
  if (sealedBytes > 2 * MAX_DOCUMENT_BYTES) {
    throw new WaslError('message-too-large', { limit: 2 * MAX_DOCUMENT_BYTES });
  }
  const requester = sessions.beginUpload(agency, requestId);
  if (requester === undefined) throw new WaslError('deadline-exceeded');
  const release = documents.take([agency, requester], sealedBytes);
  if (release === undefined) {
    sessions.deliver(agency, requestId, 'busy');
    throw new WaslError('gateway-busy');
  }
  const sealedDocument = Buffer.allocUnsafe(sealedBytes);
  let size = 0;
  let slow: NodeJS.Timeout | undefined;
  const tooSlow = new Promise<never>((_, reject) => {
    slow = setTimeout(() => reject(new WaslError('deadline-exceeded')), UPLOAD_MS);
  });
  try {
    for (;;) {
      const next = await Promise.race([messages.next(), tooSlow]);
      if (next.done === true) break;
      const { message } = next.value;
      if (message?.$case !== 'chunk' || size + message.value.length > sealedBytes) throw malformed();
      sealedDocument.set(message.value, size);
      size += message.value.length;
    }
    if (size !== sealedBytes) throw malformed();
    if (!sessions.deliver(agency, requestId, { statement, sealedDocument, release })) {
      throw new WaslError('deadline-exceeded');
    }
    return {};
  } catch (error) {
    release();
    throw error;
  } finally {
    clearTimeout(slow);
  }
}
