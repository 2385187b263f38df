import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layoutOf } from '../../services/cli/development/layout.ts';
import { expectBothLanguages } from '../support/agreed.ts';
import { removeData, startUp, type Up, waslJson } from '../support/cli.ts';

const data = join(mkdtempSync(join(tmpdir(), 'wasl-agreement-')), 'data');
const layout = layoutOf(data);
const AUTHORITY_ROOT = join(layout.authority, 'root.jwk');

const TERMS = {
  id: 'health.driving-licence',
  version: 1,
  provider: 'transport',
  documentType: 'transport.driving-licence',
  documentVersion: 1,
  purposes: [{ purpose: 'fitness-recall', title: { en: 'Recalling unfit drivers', ar: 'متابعة اللياقة الصحية' } }],
  legalBasis: { en: 'Example: article 3 of an (invented) regulation.', ar: 'مثال: المادة ٣ من نظام (نص غير حقيقي).' },
  claims: ['holderNationalNumber', 'expiresOn'],
  quotaPerDay: 100,
  timeZone: 'Asia/Amman',
  from: new Date(Date.now() - 60_000).toISOString(),
  until: new Date(Date.now() + 86_400_000).toISOString(),
  retentionDays: 30,
  visibility: { kind: 'at-once' },
};

describe('an agreement by the commands, as built', { timeout: 60_000 }, () => {
  let up: Up;
  beforeAll(async () => {
    // What the other ministries know is not asked for here; their agreements are there all the same.
    up = startUp('--data', data, '--without', 'civil-status,education,health');
    await up.said(/It stays up/);
    const terms = join(data, 'terms.json');
    writeFileSync(terms, JSON.stringify(TERMS));
    for (const [side, as, ...more] of [
      ['health', layout.agency('health')],
      ['transport', layout.agency('transport')],
      ['authority', layout.operator, '--signing', AUTHORITY_ROOT],
    ] as const) {
      const { code, json } = await waslJson(
        ...['officer', 'certify', 'second', '--as', as, '--person', `${side}:2002`, ...more],
      );
      expect(code, JSON.stringify(json)).toBe(0);
    }
  }, 120_000);
  afterAll(async () => {
    up.child.kill('SIGTERM');
    await up.exited;
    await removeData(data);
  }, 30_000);

  const folder = (side: string): string => (side === 'authority' ? layout.operator : layout.agency(side));
  const act = (side: string, step: string, ...more: string[]) =>
    waslJson('agreement', step, ...more, '--as', folder(side), '--officer', 'second');
  const explained = async () => {
    const { json } = await waslJson(
      ...['agreement', 'explain', '--data', data, '--as', 'health', '--from', 'transport'],
      ...['--document', TERMS.documentType, '--purpose', 'fitness-recall'],
    );
    if (!json.may) expectBothLanguages(json.message);
    return [json.may, json.code, json.waitsFor];
  };
  const asked = async () => {
    const { json } = await waslJson(
      ...['request', '--data', data, '--as', 'health', '--from', 'transport', '--document', TERMS.documentType],
      ...['--purpose', 'fitness-recall', '--subject', '0009990001'],
    );
    return json;
  };
  /** Asks until it is so; gives how long that took, ms. */
  const until = async (is: (json: { outcome: string; code?: string }) => boolean): Promise<number> => {
    for (const began = performance.now(); ; ) if (is(await asked())) return Math.round(performance.now() - began);
  };

  it('is explained, at every stage, by whose move is next; and delivers when it is nobody’s', async () => {
    expect(await explained()).toEqual([false, 'no-agreement', ['health']]);
    const template = await act('health', 'template', TERMS.documentType, '--purpose', 'fitness-recall');
    writeFileSync(join(data, 'template.json'), JSON.stringify(template.json));
    const unfinished = await act('health', 'draft', join(data, 'template.json'));
    expect([unfinished.code, unfinished.json.code]).toEqual([3, 'agreement-unfinished']);
    expectBothLanguages(unfinished.json.message);
    expect((await act('health', 'draft', join(data, 'terms.json'))).code).toBe(0);
    expect(await explained()).toEqual([false, 'agreement-not-accepted', ['transport']]);
    expect((await act('authority', 'approve', TERMS.id)).json.code).toBe('step-out-of-order');
    expect((await act('health', 'accept', TERMS.id)).json.code).toBe('officer-not-certified');
    expect((await act('transport', 'accept', TERMS.id)).code).toBe(0);
    expect(await explained()).toEqual([false, 'agreement-not-approved', ['authority']]);
    expect((await act('transport', 'approve', TERMS.id)).json.code).toBe('step-not-yours');
    expect((await act('authority', 'approve', TERMS.id)).code).toBe(0);
    expect(await explained()).toEqual([true, undefined, undefined]);
    await until(({ outcome }) => outcome === 'delivered');
  });

  it('is suspended by one side, everywhere within 5 s, and resumed by that side alone', async () => {
    const reasons = ['--reason-en', 'Enquiry 7', '--reason-ar', 'تحقيق ٧'];
    expect((await act('transport', 'suspend', TERMS.id, ...reasons)).code).toBe(0);
    expect(await until(({ code }) => code === 'agreement-suspended')).toBeLessThan(5_000);
    expect(await explained()).toEqual([false, 'agreement-suspended', ['transport']]);
    expect((await act('health', 'resume', TERMS.id)).json.code).toBe('step-not-yours');
    expect((await act('transport', 'resume', TERMS.id)).code).toBe(0);
    await until(({ outcome }) => outcome === 'delivered');
  });

  it('is held by one side without the registry, until that side lifts it', async () => {
    const file = join(data, 'held.json');
    expect((await act('transport', 'show', TERMS.id, '--save', file)).code).toBe(0);
    expect((await act('transport', 'hold', file)).code).toBe(0);
    expect(await until(({ code }) => code === 'agreement-suspended')).toBeLessThan(5_000);
    expect(await explained()).toEqual([true, undefined, undefined]);
    expect((await act('transport', 'hold', file, '--lift')).code).toBe(0);
    await until(({ outcome }) => outcome === 'delivered');
  });

  it('falls with an officer whose key is taken back from before the approval, and stays ended once terminated', async () => {
    expect((await act('health', 'terminate', TERMS.id)).code).toBe(0);
    expect(await explained()).toEqual([false, 'agreement-terminated', ['health']]);
    expect((await act('transport', 'suspend', TERMS.id)).json.code).toBe('step-out-of-order');
    const since = new Date(Date.now() - 3_600_000).toISOString();
    const revoked = await waslJson('officer', 'revoke', 'second', '--as', layout.agency('health'), '--since', since);
    expect(revoked.code).toBe(0);
    const { json } = await waslJson('agreement', 'list', '--data', data);
    expect(json.problems).toEqual([{ what: `agreement/${TERMS.id}`, code: 'officer-revoked' }]);
    expect(json.agreements.every(({ status }: { status: string }) => status === 'active')).toBe(true);
  });

  it('is shown to its parties as their own kits see it', async () => {
    const { json } = await waslJson('agreement', 'list', '--identity', layout.agency('transport'));
    const parties = json.agreements.map(({ requester, provider }: Record<string, string>) => [requester, provider]);
    expect(parties.length).toBeGreaterThan(1);
    expect(parties.every((pair: string[]) => pair.includes('transport'))).toBe(true);
    const asked = ['--document', 'civil-status.personal-extract', '--purpose', 'issue-driving-licence'];
    const own = ['--identity', layout.agency('transport'), '--from', 'civil-status'];
    expect((await waslJson('agreement', 'explain', ...own, ...asked)).json.may).toBe(true);
  });
});
