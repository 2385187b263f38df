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
import type { Sessions } from './sessions.ts';

/** An answer above this many bytes of sealed document comes by Upload. */
const MAX_INLINE_BYTES = 64 * 1024;
const MAX_CREDITS = 10_000;

export interface AttachParts {
  readonly sessions: Sessions;
  readonly log: Logger;
  readonly welcome: { readonly gateway: string; readonly boot: string };
  /** Whether the registry names this agency as the provider of the document type. */
  readonly provides: (agency: AgencyId, documentType: string) => boolean;
}

/** Serves one replica's stream to its end. Throws the refusal of a bad greeting or message. */
export async function serveAttach(
  { sessions, log, welcome, provides }: AttachParts,
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
        if (!session.returned(requestId, { statement, sealedDocument })) {
          log.warn({ agency, requestId }, 'an answer came that nobody waits for');
        }
      } else throw new WaslError('malformed-message', { what: 'attach' });
    }
  } finally {
    session.close();
    log.info({ agency, replica: replica.slice(0, 64) }, 'a replica is gone');
  }
}

/** Takes one larger answer in chunks. The size is stated first and held to. */
export async function serveUpload(
  sessions: Sessions,
  agency: AgencyId,
  incoming: AsyncIterable<UploadRequest>,
): Promise<UploadResponse> {
  const malformed = (): WaslError => new WaslError('malformed-message', { what: 'upload' });
  let start: { readonly requestId: string; readonly statement: string; readonly sealedBytes: number } | undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const { message } of incoming) {
    if (message?.$case === 'start' && start === undefined) {
      start = message.value;
      if (start.sealedBytes > 2 * MAX_DOCUMENT_BYTES) {
        throw new WaslError('message-too-large', { limit: 2 * MAX_DOCUMENT_BYTES });
      }
      if (!sessions.awaiting(agency, start.requestId)) throw new WaslError('deadline-exceeded');
    } else if (message?.$case === 'chunk' && start !== undefined) {
      size += message.value.length;
      if (size > start.sealedBytes) throw malformed();
      chunks.push(message.value);
    } else throw malformed();
  }
  if (start === undefined || size !== start.sealedBytes) throw malformed();
  const { requestId, statement } = start;
  if (!sessions.deliver(agency, requestId, { statement, sealedDocument: Buffer.concat(chunks) })) {
    throw new WaslError('deadline-exceeded');
  }
  return {};
}
