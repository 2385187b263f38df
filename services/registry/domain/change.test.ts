import { expect, test } from 'vitest';
import {
  agreed,
  civil,
  honest,
  SIGNED_MS,
  terms,
  transport,
  withEntities,
} from '../../../test/support/registry-world.ts';
import { draft } from '../../kernel/agreement-record.ts';
import type { Peer } from '../../kernel/ids.ts';
import { type Entity, entityKey } from '../../kernel/registry.ts';
import { zlib } from '../../platform/compress/index.ts';
import { primitives } from '../../platform/crypto/index.ts';
import { mustCompile } from '../../platform/validate/index.ts';
import { decideChange, type HandingIn } from './change.ts';

const standing = new Map(honest.map((entity) => [entityKey(entity), entity]));
const authority: Peer = { kind: 'authority', id: 'operator' };
const byFile: HandingIn = { peer: authority, anyTime: true };
const byAgency: HandingIn = { peer: { kind: 'agency', id: transport.id }, anyTime: false };
const codeOf = (entities: readonly Entity[], by: HandingIn): Promise<string> =>
  decideChange(
    { primitives, inflate: zlib.inflate, nowMs: SIGNED_MS, mustCompile, draftsAtMost: 1 },
    standing,
    entities,
    by,
  ).then(
    (plan) => plan.map(({ action }) => action).join(),
    (error) => error.code,
  );
const [one, two] = [
  await draft(transport.officer.signer, terms({ id: 'first' })),
  await draft(transport.officer.signer, terms({ id: 'second' })),
];

test('an agency’s word and the authority’s files are held to the same: whose it is, and how many drafts there may be', async () => {
  for (const by of [byFile, byAgency]) {
    expect(await codeOf([one], by)).toBe('add');
    expect(await codeOf([one, two], by)).toBe('drafts-too-many');
    expect(await codeOf([one, await agreed(terms({ id: 'second' }))], by)).toBe('add,add');
  }
  expect(await codeOf([civil.officer.entity], byAgency)).toBe('entity-not-yours');
  expect(await codeOf([civil.officer.entity], byFile)).toBe('keep');
});

test('what is handed in together is looked at together, and what stands already is no change', async () => {
  const all = withEntities(one);
  expect(await codeOf(all, byFile)).toBe([...honest.map(() => 'keep'), 'add'].join());
});
