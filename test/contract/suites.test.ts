import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { equalBytes } from '../../services/kernel/bytes.ts';
import { canonicalJson } from '../../services/kernel/canonical.ts';
import { leafHash, merkleTree, rootFromPath } from '../../services/kernel/merkle.ts';
import { deflateStatusList, inflateStatusList, statusAt } from '../../services/kernel/status-list.ts';
import { parseStrictJson } from '../../services/kernel/strict-json.ts';
import { zlib } from '../../services/platform/compress/index.ts';
import { jsonFilesBelow, suite } from '../support/suites.ts';

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
const base64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

test('canonical JSON is that of the RFC 8785 cases', () => {
  const folder = suite('jcs-rfc8785');
  if (folder === undefined) return;
  const cases = jsonFilesBelow(`${folder}/input`);
  expect(cases.length).toBeGreaterThan(0);
  for (const { path, text } of cases) {
    const expected = readFileSync(`${folder}/output/${path}`, 'utf8').trimEnd();
    expect(canonicalJson(parseStrictJson(text)), path).toBe(expected);
  }
});

test('tree heads are those of the RFC 6962 reference tree, and every path leads to them', () => {
  const folder = suite('merkle-rfc6962');
  if (folder === undefined) return;
  const tree = JSON.parse(readFileSync(`${folder}/rfc6962-reference-tree.json`, 'utf8'));
  const hashes: Uint8Array[] = tree.leaf_inputs.map((leaf: string) => leafHash(hex(leaf)));
  for (let size = 1; size <= hashes.length; size += 1) {
    const leaves = hashes.slice(0, size);
    const made = merkleTree(leaves);
    const { root } = made;
    expect(Buffer.from(root).toString('hex')).toBe(tree.root_hashes[size]);
    for (const [index, leaf] of leaves.entries()) {
      expect(rootFromPath(leaf, index, size, made.path(index))).toEqual(root);
    }
  }
});

test('inclusion proofs are accepted and refused as the RFC 6962 cases say', () => {
  const folder = suite('merkle-rfc6962');
  if (folder === undefined) return;
  let accepted = 0;
  for (const { path, text } of jsonFilesBelow(`${folder}/testdata/inclusion`)) {
    const { leafIdx, treeSize, root, leafHash: leaf, proof, wantErr } = JSON.parse(text);
    const led = rootFromPath(base64(leaf), leafIdx, treeSize, (proof ?? []).map(base64));
    const good = led !== undefined && equalBytes(led, base64(root));
    expect(good, path).toBe(!wantErr);
    accepted += good ? 1 : 0;
  }
  expect(accepted).toBeGreaterThan(0);
});

test('status lists say what those of the Token Status List draft say', () => {
  const folder = suite('token-status-list');
  if (folder === undefined) return;
  const { vectors } = JSON.parse(readFileSync(`${folder}/status-list-vectors.json`, 'utf8'));
  expect(vectors.length).toBeGreaterThan(0);
  for (const { bits, size, statuses, lst } of vectors) {
    const list = inflateStatusList(zlib, { bits, lst });
    expect((list.bytes.length * 8) / bits).toBe(size);
    for (let index = 0; index < size; index += 1) {
      if (statusAt(list, index) !== (statuses[index] ?? 0)) throw new Error(`place ${index} of ${size}`);
    }
    expect(inflateStatusList(zlib, { bits, lst: deflateStatusList(zlib, list) })).toEqual(list);
  }
});
