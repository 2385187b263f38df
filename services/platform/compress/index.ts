import { brotliCompressSync, brotliDecompressSync, constants, deflateSync, inflateSync } from 'node:zlib';
import { plain } from '../../kernel/bytes.ts';
import type { Compression } from '../../kernel/status-list.ts';

/** The ZLIB format (RFC 1950) by Node's own library. */
export const zlib: Compression = {
  deflate: (bytes) => plain(deflateSync(bytes, { level: 9 })),
  inflate: (bytes, most) => plain(inflateSync(bytes, { maxOutputLength: most })),
};

/** Brotli (RFC 7932) at its quickest: for what only this process reads again. */
export const press = (bytes: Uint8Array): Uint8Array =>
  plain(
    brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 0, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
  );
/** `length`: of what was pressed, so that it comes out in one piece. */
export const restore = (pressed: Uint8Array, length: number): Uint8Array =>
  plain(brotliDecompressSync(pressed, { chunkSize: Math.max(length, constants.Z_MIN_CHUNK) }));
