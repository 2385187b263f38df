import {
  AdapterServiceService,
  type AskResponse,
  type RequestResponse,
  RequestServiceService,
  type UploadRequest,
  type UploadStart,
} from '../../../proto/gen/wasl/exchange/v1/exchange.ts';
import { WaslError } from '../../kernel/codes.ts';

/** Bytes of a sealed document in one message; a larger document goes in several, so that nobody waits for all of it. */
export const CHUNK_BYTES = 64 * 1024;
/** Field `chunk` of UploadRequest and of AskResponse. */
export const UPLOAD_CHUNK = 2;
export const ANSWER_CHUNK = 3;

const LENGTH_DELIMITED = 2;

/** A message whose one field is a chunk, copied once; what is generated copies it four times. */
export const encodeChunk = (field: number, chunk: Uint8Array): Buffer => {
  const head = [(field << 3) | LENGTH_DELIMITED];
  let length = chunk.length;
  for (; length > 0x7f; length >>>= 7) head.push((length & 0x7f) | 0x80);
  head.push(length);
  const message = Buffer.allocUnsafe(head.length + chunk.length);
  message.set(head);
  message.set(chunk, head.length);
  return message;
};

/** The chunk as a view, or undefined: then the message is something else, or says it in another way. */
export const decodeChunk = (field: number, message: Buffer): Buffer | undefined => {
  if (message[0] !== ((field << 3) | LENGTH_DELIMITED)) return undefined;
  let length = 0;
  for (let at = 1; at <= 4; at += 1) {
    const byte = message[at] ?? 0;
    length |= (byte & 0x7f) << (7 * (at - 1));
    if (byte < 0x80) return at + 1 + length === message.length ? message.subarray(at + 1) : undefined;
  }
  return undefined;
};

const { ask } = RequestServiceService;
const { upload } = AdapterServiceService;

/** The call `Ask` with its chunks written and read as above. */
export const askMethod = {
  ...ask,
  responseSerialize: (response: AskResponse): Buffer =>
    response.message?.$case === 'chunk'
      ? encodeChunk(ANSWER_CHUNK, response.message.value)
      : ask.responseSerialize(response),
  responseDeserialize: (bytes: Buffer): AskResponse => {
    const value = decodeChunk(ANSWER_CHUNK, bytes);
    return value === undefined
      ? ask.responseDeserialize(bytes)
      : { message: { $case: 'chunk', value }, sealedBytes: 0 };
  },
};

/** The call `Upload` with the same. */
export const uploadMethod = {
  ...upload,
  requestSerialize: (request: UploadRequest): Buffer =>
    request.message?.$case === 'chunk'
      ? encodeChunk(UPLOAD_CHUNK, request.message.value)
      : upload.requestSerialize(request),
  requestDeserialize: (bytes: Buffer): UploadRequest => {
    const value = decodeChunk(UPLOAD_CHUNK, bytes);
    return value === undefined ? upload.requestDeserialize(bytes) : { message: { $case: 'chunk', value } };
  },
};

/** Whole views of some bytes, one after the other. */
function* chunksOf(bytes: Uint8Array): Generator<Buffer> {
  const { buffer, byteOffset } = bytes;
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    yield Buffer.from(buffer, byteOffset + at, Math.min(CHUNK_BYTES, bytes.length - at));
  }
}

/** Says an upload's start, then its document in chunks. */
export const sendUpload = async (
  write: (message: UploadRequest) => Promise<void>,
  start: UploadStart,
  sealed: Uint8Array,
): Promise<void> => {
  await write({ message: { $case: 'start', value: start } });
  for (const value of chunksOf(sealed)) await write({ message: { $case: 'chunk', value } });
};

/** Says an answer with its document in chunks when that is large. */
export const sendAnswer = async (
  write: (message: AskResponse) => Promise<void>,
  { result }: RequestResponse,
): Promise<void> => {
  const large = result?.$case === 'answer' && result.value.sealedDocument.length > CHUNK_BYTES;
  if (!large) return write({ message: result, sealedBytes: 0 });
  const { sealedDocument, ...value } = result.value;
  const answer = { ...value, sealedDocument: Buffer.alloc(0) };
  await write({ message: { $case: 'answer', value: answer }, sealedBytes: sealedDocument.length });
  for (const chunk of chunksOf(sealedDocument))
    await write({ message: { $case: 'chunk', value: chunk }, sealedBytes: 0 });
};

/** Puts together what `sendAnswer` says. `limit` is the largest document that is taken; whoever says more, less or other is refused. */
export const takeAnswer = (limit: number) => {
  let response: RequestResponse | undefined;
  let document: Buffer | undefined;
  let size = 0;
  const malformed = (): WaslError => new WaslError('malformed-message', { what: 'gRPC response' });
  return {
    take: ({ message, sealedBytes }: AskResponse): void => {
      if (message?.$case === 'chunk') {
        const { length } = message.value;
        // One without bytes brings the end no nearer: they could come until the deadline.
        if (document === undefined || length === 0 || size + length > document.length) throw malformed();
        document.set(message.value, size);
        size += length;
        return;
      }
      if (response !== undefined) throw malformed();
      response = { result: message };
      if (sealedBytes === 0) return;
      if (message?.$case !== 'answer' || message.value.sealedDocument.length > 0) throw malformed();
      if (sealedBytes > limit) throw new WaslError('message-too-large', { limit });
      document = Buffer.allocUnsafe(sealedBytes);
      message.value.sealedDocument = document;
    },
    whole: (): RequestResponse => {
      if (response === undefined || size !== (document?.length ?? 0)) throw malformed();
      return response;
    },
  };
};
