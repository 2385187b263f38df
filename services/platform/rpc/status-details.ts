import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { type Code, type Params, parseCode, sentence } from '../../kernel/codes.ts';

// google.rpc.Status with ErrorInfo and LocalizedMessage (google/rpc/status.proto, error_details.proto), as `grpc-status-details-bin`.
const DOMAIN = 'wasl';
const ERROR_INFO = 'type.googleapis.com/google.rpc.ErrorInfo';
const LOCALIZED = 'type.googleapis.com/google.rpc.LocalizedMessage';

const texts = (...fields: readonly string[]): BinaryWriter =>
  fields.reduce((writer, text, index) => writer.uint32(((index + 1) << 3) | 2).string(text), new BinaryWriter());

const any = (type: string, value: BinaryWriter): Uint8Array =>
  texts(type)
    .uint32((2 << 3) | 2)
    .bytes(value.finish())
    .finish();

export const encodeDetails = (grpcStatus: number, code: Code, params: Params): Uint8Array => {
  const info = texts(code, DOMAIN);
  for (const [name, value] of Object.entries(params)) {
    info.uint32((3 << 3) | 2).bytes(texts(name, String(value)).finish());
  }
  const status = new BinaryWriter()
    .uint32(1 << 3)
    .int32(grpcStatus)
    .uint32((2 << 3) | 2)
    .string(sentence(code, 'en', params));
  const details = [
    any(ERROR_INFO, info),
    any(LOCALIZED, texts('en', sentence(code, 'en', params))),
    any(LOCALIZED, texts('ar', sentence(code, 'ar', params))),
  ];
  for (const detail of details) status.uint32((3 << 3) | 2).bytes(detail);
  return status.finish();
};

/** Length-delimited fields of a message by number; others are skipped. */
const fieldsOf = (bytes: Uint8Array): readonly (readonly [number, Uint8Array])[] => {
  const reader = new BinaryReader(bytes);
  const fields: [number, Uint8Array][] = [];
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (wire === 2) fields.push([field, reader.bytes()]);
    else reader.skip(wire);
  }
  return fields;
};
const textAt = (fields: ReturnType<typeof fieldsOf>, number: number): string =>
  Buffer.from(fields.find(([field]) => field === number)?.[1] ?? []).toString('utf8');

/** The code that a peer of ours sent; undefined when the details are not ours, or not readable. */
export const decodeDetails = (bytes: Uint8Array): { readonly code: Code; readonly params: Params } | undefined => {
  try {
    for (const [field, detail] of fieldsOf(bytes)) {
      if (field !== 3) continue;
      const outer = fieldsOf(detail);
      if (textAt(outer, 1) !== ERROR_INFO) continue;
      const info = fieldsOf(outer.find(([number]) => number === 2)?.[1] ?? new Uint8Array());
      const code = parseCode(textAt(info, 1));
      if (code === undefined || textAt(info, 2) !== DOMAIN) return undefined;
      const pairs = info.filter(([number]) => number === 3).map(([, pair]) => fieldsOf(pair));
      return { code, params: Object.fromEntries(pairs.map((pair) => [textAt(pair, 1), textAt(pair, 2)])) };
    }
  } catch {
    // Not a message at all: somebody else's bytes.
  }
  return undefined;
};
