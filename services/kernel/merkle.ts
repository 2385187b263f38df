import { concat } from './bytes.ts';
import { sha256 } from './digest.ts';

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** RFC 6962 section 2.1: hash of a leaf. */
export const leafHash = (leaf: Uint8Array): Uint8Array => sha256(concat(LEAF, leaf));
const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256(concat(NODE, left, right));

/** The largest power of two smaller than `size` (size > 1). */
const split = (size: number): number => 2 ** Math.floor(Math.log2(size - 1));

/** RFC 6962 section 2.1: the tree head over leaf hashes (at least one). */
export const merkleRoot = (hashes: readonly Uint8Array[]): Uint8Array => {
  const [first] = hashes;
  if (first === undefined) throw new RangeError('a tree needs a leaf');
  if (hashes.length === 1) return first;
  const k = split(hashes.length);
  return nodeHash(merkleRoot(hashes.slice(0, k)), merkleRoot(hashes.slice(k)));
};

/** RFC 6962 section 2.1.1: the audit path of leaf `index`, from the leaf upwards. */
export const merklePath = (hashes: readonly Uint8Array[], index: number): readonly Uint8Array[] => {
  if (hashes.length <= 1) return [];
  const k = split(hashes.length);
  return index < k
    ? [...merklePath(hashes.slice(0, k), index), merkleRoot(hashes.slice(k))]
    : [...merklePath(hashes.slice(k), index - k), merkleRoot(hashes.slice(0, k))];
};

/** RFC 9162 section 2.1.3.2: the root that a path leads to; undefined when the path's length does not fit. */
export const rootFromPath = (
  leaf: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
): Uint8Array | undefined => {
  if (index >= size) return undefined;
  let fn = index;
  let sn = size - 1;
  let hash = leaf;
  for (const sibling of path) {
    if (sn === 0) return undefined;
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(sibling, hash);
      while (fn % 2 === 0 && fn !== 0) {
        fn = Math.floor(fn / 2);
        sn = Math.floor(sn / 2);
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 ? hash : undefined;
};
