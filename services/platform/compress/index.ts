import { deflateSync, inflateSync } from 'node:zlib';
import { plain } from '../../kernel/bytes.ts';
import type { Compression } from '../../kernel/status-list.ts';

/** The ZLIB format (RFC 1950) by Node's own library. */
export const zlib: Compression = {
  deflate: (bytes) => plain(deflateSync(bytes, { level: 9 })),
  inflate: (bytes, most) => plain(inflateSync(bytes, { maxOutputLength: most })),
};
