import { describe, expect, test } from 'vitest';
import {
  agreed,
  approver,
  both,
  civil,
  honest,
  licences,
  SIGNED_MS,
  stepped,
  terms,
  thief,
  transport,
  withEntities,
} from '../../../test/support/registry-world.ts';
import { accept, draft } from '../../kernel/agreement-record.ts';
import { PLACEHOLDERS } from '../../kernel/placeholders.ts';
import { type Entity, type EntityOf, entityKey } from '../../kernel/registry.ts';
import { primitives } from '../../platform/crypto/index.ts';
import { checkAgreement } from './agreement.ts';

type Agreement = EntityOf<'agreement'>;
const mapOf = (entities: readonly Entity[]) => new Map(entities.map((entity) => [entityKey(entity), entity]));
const none = mapOf(honest.filter((entity) => entity !== licences));
const over = (held: Agreement) => mapOf(withEntities(held));
const codeOf = (next: Agreement, standing = none, nowMs?: number): Promise<string> =>
  checkAgreement(primitives, standing, next, nowMs ?? SIGNED_MS, nowMs === undefined).then(
    () => 'taken',
    (error) => error.code,
  );
const suspended = await stepped(licences, civil.officer, 'suspended');
const drafted = await draft(transport.officer.signer, terms());
const newer = await draft(transport.officer.signer, terms({ version: 3 }));

describe('an agreement that is handed in', () => {
  test('is taken step by step', async () => {
    const accepted = await accept(civil.officer.signer, drafted);
    const active = await stepped({ ...accepted, steps: [] }, approver, 'approved');
    expect(await codeOf(drafted, none, SIGNED_MS)).toBe('taken');
    expect(await codeOf(accepted, over(drafted), SIGNED_MS)).toBe('taken');
    expect(await codeOf(active, over(accepted), SIGNED_MS)).toBe('taken');
    expect(await codeOf(suspended, over(licences), SIGNED_MS)).toBe('taken');
    expect(await codeOf(await stepped(suspended, civil.officer, 'resumed'), over(suspended))).toBe('taken');
  });

  test('may be drafted anew until everybody has signed, and renewed once everybody has', async () => {
    expect(await codeOf(newer, over(drafted))).toBe('taken');
    expect(await codeOf(await draft(transport.officer.signer, terms({ quotaPerDay: 1 })), over(drafted))).toBe('taken');
    expect(await codeOf(newer, over(licences))).toBe('step-out-of-order');
    expect(await codeOf(newer, over(suspended))).toBe('step-out-of-order');
    expect(await codeOf(await agreed(terms({ version: 3 })), over(suspended))).toBe('taken');
    expect(await codeOf(newer, over(await stepped(licences, civil.officer, 'terminated')))).toBe('taken');
  });

  test('takes back nothing that stands', async () => {
    expect(await codeOf(licences, over(suspended))).toBe('step-out-of-order');
    expect(await codeOf(drafted, over(licences))).toBe('step-out-of-order');
    expect(await codeOf(await agreed(terms()), over(licences))).toBe('step-out-of-order');
    expect(await codeOf(await agreed(terms({ version: 1 })), over(licences))).toBe('entity-outdated');
  });

  test('says in no place what its template says', async () => {
    const titles = [{ purpose: 'check-entry', title: PLACEHOLDERS.title }];
    for (const changes of [
      { legalBasis: PLACEHOLDERS.legalBasis },
      { legalBasis: { en: 'Law 1 of 2020', ar: ` ${PLACEHOLDERS.legalBasis.ar}` } },
      { purposes: titles },
      { purposes: [{ ...titles[0], purpose: PLACEHOLDERS.purpose, title: both('a purpose') }] },
    ]) {
      expect(await codeOf(await draft(transport.officer.signer, terms(changes)))).toBe('agreement-unfinished');
    }
  });

  test('brings steps of now, by officers of now', async () => {
    const later = SIGNED_MS + 5 * 60_000 + 1;
    expect(await codeOf(suspended, over(licences), later)).toBe('step-untimely');
    // What stood before is not dated anew.
    const resumed = await stepped(suspended, civil.officer, 'resumed', SIGNED_MS + 60);
    expect(await codeOf(resumed, over(suspended), SIGNED_MS + 5 * 60_000 + 50)).toBe('taken');
    expect(await codeOf(drafted, none, 100)).toBe('officer-expired');
    expect(await codeOf(await draft(thief.signing, terms()))).toBe('officer-not-certified');
    expect(await codeOf(await draft(transport.officer.signer, terms({ requester: 'nobody' as never })))).toBe(
      'unknown-agency',
    );
  });
});
