import canonicalize from 'canonicalize';
import type { JsonValue } from './strict-json.ts';

/** RFC 8785. Throws on what JSON cannot say (NaN, infinities). */
export const canonicalJson = (value: JsonValue): string => canonicalize(value) as string;
