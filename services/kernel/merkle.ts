import { concat } from './bytes.ts';
import { sha256 } from './digest.ts';

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** RFC 6962 section 2.1: hash of a leaf. */
export const leafHash = (leaf: Uint8Array): Uint8Array => sha256(concat(LEAF, leaf));
const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256(concat(NODE, left, right));

/** The largest power of two smaller than `size` (size > 1). */
const split = (size: number): number => 2 ** Math.floor(Math.log2(size - 1));

/** A tree over leaf hashes (at least one): its head, and the audit path of each leaf, from the leaf upwards. Each node is hashed once. */
export interface MerkleTree {
  readonly root: Uint8Array;
  path(index: number): readonly Uint8Array[];
}

interface Node {
  readonly size: number;
  readonly hash: Uint8Array;
  readonly halves?: readonly [Node, Node];
}

/** RFC 6962 sections 2.1 and 2.1.1. */
export const merkleTree = (hashes: readonly Uint8Array[]): MerkleTree => {
  const build = (from: number, size: number): Node => {
    if (size === 1) return { size, hash: hashes[from] as Uint8Array };
    const k = split(size);
    const left = build(from, k);
    const right = build(from + k, size - k);
    return { size, hash: nodeHash(left.hash, right.hash), halves: [left, right] };
  };
  const pathIn = ({ halves }: Node, index: number): Uint8Array[] => {
    if (halves === undefined) return [];
    const [left, right] = halves;
    return index < left.size ? [...pathIn(left, index), right.hash] : [...pathIn(right, index - left.size), left.hash];
  };
  if (hashes.length === 0) throw new RangeError('a tree needs a leaf');
  const top = build(0, hashes.length);
  return { root: top.hash, path: (index) => pathIn(top, index) };
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
