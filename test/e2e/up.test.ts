import { createHash, createPublicKey, verify } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SDJwtInstance } from '@sd-jwt/core';
import { afterAll, describe, expect, it } from 'vitest';
import { leftAfter, removeData, startUp, type Up, wasl, waslJson } from '../support/cli.ts';

const data = join(mkdtempSync(join(tmpdir(), 'wasl-e2e-')), 'data');
const EXTRACT = [
  ...['request', '--data', data, '--as', 'transport', '--from', 'civil-status'],
  ...['--document', 'civil-status.personal-extract', '--subject', '0009990001'],
];
const AGREED = [...EXTRACT, '--purpose', 'issue-driving-licence'];
const VEHICLE = [
  ...['request', '--data', data, '--as', 'civil-status', '--from', 'transport'],
  ...['--document', 'transport.vehicle-registration', '--purpose', 'estate-inventory', '--subject'],
];

/** The hub's database, the registry, the gateway, and a source and an adapter of each of the four ministries. */
const PROCESSES = 12;

interface Process {
  readonly name: string;
  readonly pid: number;
  readonly healthy: boolean;
}
const processes = async (): Promise<readonly Process[]> =>
  (await waslJson('status', '--data', data)).json.processes as readonly Process[];

let up: Up | undefined;
const bringUp = async (): Promise<Up> => {
  up = startUp('--data', data);
  await up.said(/It stays up/);
  return up;
};

afterAll(async () => {
  if (up !== undefined && up.child.exitCode === null && up.child.signalCode === null) {
    up.child.kill('SIGTERM');
    await up.exited;
  }
  await removeData(data);
});

describe('wasl up, as built', { timeout: 60_000 }, () => {
  it('shows a first exchange from an empty folder, and ends with nothing left running', async () => {
    const { code, stdout, stderr } = await wasl('up', '--once', '--data', data);
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toContain('delivered  (request ');
    expect(stdout).toContain('nationalNumber   0009990001');
    expect(stdout).toMatch(/answered +sha-256:/);
    expect(stdout).toContain('الوثيقة الموثَّقة');
    expect(statSync(join(data, 'agencies', 'transport', 'signing.jwk')).mode & 0o777).toBe(0o600);
    expect(statSync(join(data, 'agencies', 'transport')).mode & 0o777).toBe(0o700);
    const state = JSON.parse(readFileSync(join(data, 'run', 'state.json'), 'utf8')) as { processes: Process[] };
    expect(state.processes.length).toBe(PROCESSES);
    expect(
      await leftAfter(
        state.processes.map(({ pid }) => pid),
        0,
      ),
    ).toEqual([]);
  });

  it('refuses a folder that another version made, and says what to do', async () => {
    const old = mkdtempSync(join(tmpdir(), 'wasl-old-'));
    writeFileSync(join(old, 'wasl.json'), JSON.stringify({ version: 1, created: '2026-01-01', bus: 'embedded' }));
    const { code, json } = await waslJson('up', '--once', '--data', old);
    expect([code, json.code]).toEqual([2, 'config-invalid']);
    expect(json.message.en).toContain('made by another version');
    await removeData(old);
  });

  it('says who is up while it stays, and refuses a second up without harm', async () => {
    await bringUp();
    const second = await waslJson('up', '--data', data);
    expect([second.code, second.json.code]).toEqual([2, 'data-folder-in-use']);
    expect((await processes()).map(({ healthy }) => healthy)).toEqual(Array(PROCESSES).fill(true));
  });

  it('holds the documents’ schemas for ordinary tools, and tells with what others are registered', async () => {
    const { schemaRegistry } = (await waslJson('status', '--data', data)).json;
    const { url, username, password } = schemaRegistry;
    const subjects = (await (await fetch(`${url}/subjects`)).json()) as readonly string[];
    expect(subjects).toContain('civil-status.personal-extract.v1');
    expect(subjects.length).toBe(9);
    const registered = await fetch(`${url}/subjects/e2e/versions`, {
      method: 'POST',
      headers: {
        'content-type': 'application/vnd.schemaregistry.v1+json',
        authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
      },
      body: JSON.stringify({ schemaType: 'JSON', schema: '{"type":"object"}' }),
    });
    expect([registered.status, await registered.json()]).toMatchObject([200, { version: 1 }]);
  });

  it('delivers a credential that others verify, with the agreed claims and nothing else in it', async () => {
    const { code, json } = await waslJson(...AGREED);
    expect([code, json.outcome]).toEqual([0, 'delivered']);
    expect(Object.keys(json.document)).toContain('birthDate');
    expect(Object.keys(json.document)).not.toContain('motherName');
    expect(json.receipt.leaf).toMatch(/^sha-256:/);

    const { d: _, ...jwk } = JSON.parse(
      readFileSync(join(data, 'agencies', 'civil-status', 'signing.jwk'), 'utf8'),
    ) as Record<string, string>;
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    const check = (text: string, signature: string): boolean =>
      verify('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));

    const oracle = new SDJwtInstance({
      hasher: (text: string | ArrayBuffer) =>
        createHash('sha256')
          .update(typeof text === 'string' ? text : Buffer.from(text))
          .digest(),
      hashAlg: 'sha-256',
      verifier: async (text: string, signature: string) => check(text, signature),
    });
    const { payload } = await oracle.verify(json.credential);
    expect(payload).toMatchObject(json.document);

    const [jwt = '', ...disclosures] = (json.credential as string).split('~').slice(0, -1);
    const [head, body = '', signature = ''] = jwt.split('.');
    expect(check(`${head}.${body}`, signature)).toBe(true);
    const digests = disclosures.map((text) => createHash('sha256').update(text).digest('base64url'));
    expect(JSON.parse(Buffer.from(body, 'base64url').toString())._sd.sort()).toEqual(digests.sort());
    const open = [body, ...disclosures].map((text) => Buffer.from(text, 'base64url').toString()).join('\n');
    expect(open).not.toMatch(/motherName|civilRecordNumber|Amneh/);
  });

  it('answers the other agreement, and says whose move is next when it does not deliver', async () => {
    const [delivered, notFound, several, refused, usage] = await Promise.all([
      waslJson(...VEHICLE, '0009990005'),
      waslJson(...VEHICLE, '0009990002'),
      waslJson(...VEHICLE, '0009990004'),
      waslJson(...EXTRACT, '--purpose', 'curiosity'),
      waslJson('request', '--as', 'transport'),
    ]);
    expect([delivered.code, delivered.json.document.plate]).toEqual([0, '15-77001']);
    expect([notFound.code, notFound.json.outcome]).toEqual([4, 'not-found']);
    expect([several.code, several.json.code]).toEqual([3, 'ambiguous-subject']);
    expect([refused.code, refused.json.code, refused.json.nextMove]).toEqual([3, 'purpose-not-agreed', 'requester']);
    expect(refused.json.message.en).toMatch(/Next move/);
    expect(refused.json.message.ar).toMatch(/الإجراء التالي/);
    expect([usage.code, usage.json.code]).toEqual([2, 'bad-usage']);
  });

  it('answers a command without a verb with its help, and a mistake in the flags before anything is asked', async () => {
    const bare = await wasl();
    expect([bare.code, bare.stderr]).toEqual([2, expect.stringContaining('Usage: wasl [options] [command]')]);
    const journal = await wasl('journal');
    expect([journal.code, journal.stderr]).toEqual([2, expect.stringContaining('verify')]);
    const mistyped = await waslJson('trace', '0199a1b2', '--data', data);
    expect([mistyped.code, mistyped.json.code]).toEqual([2, 'bad-usage']);
    const nowhere = await waslJson(...AGREED, '--save', join(data, 'no-such-folder', 'extract'));
    expect([nowhere.code, nowhere.json.code, nowhere.json.requestId]).toEqual([2, 'bad-usage', undefined]);
    const foreign = await waslJson(
      ...['agent', '--data', data, '--as', 'transport', '--listen', '127.0.0.1:0'],
      ...['--provide', 'civil-status.personal-extract=http://127.0.0.1:9/'],
    );
    expect([foreign.code, foreign.json.code]).toEqual([2, 'bad-usage']);
    const unmade = join(data, 'unmade');
    const nobody = await waslJson('up', '--data', unmade, '--without', 'nobody');
    expect([nobody.code, nobody.json.code, existsSync(unmade)]).toEqual([2, 'bad-usage', false]);
  });

  it('traces a request through evidence that it verifies, and finds every receipt of both journals in the log', async () => {
    const { json: asked } = await waslJson(...AGREED, '--case', 'C-17', '--officer', 'O-9');
    const key = join(data, 'audit', 'encryption.jwk');
    const { json: trace } = await waslJson('trace', asked.requestId, '--data', data, '--audit-key', key);
    expect(trace.entries.map((entry: { body: { kind: string } }) => entry.body.kind)).toEqual([
      'requested',
      'answered',
      'received',
    ]);
    expect(trace.sound).toBe(true);
    expect(trace.entries[1].digest).toBe(asked.receipt.leaf);
    expect(trace.entries[0].opened).toEqual({
      subject: { scheme: 'jo:national-number', value: '0009990001' },
      caseReference: 'C-17',
      officer: 'O-9',
    });
    for (const agency of ['transport', 'civil-status']) {
      const verified = await waslJson('journal', 'verify', '--as', agency, '--against', 'bus', '--data', data);
      expect(verified.code).toBe(0);
      expect(verified.json).toMatchObject({ pending: 0, alarms: [] });
      expect(verified.json.checked).toBeGreaterThan(0);
    }
  });

  it('says that a document is valid, and once its provider has revoked it that it is revoked', async () => {
    const saved = join(data, 'extract.sd-jwt');
    const { json: asked } = await waslJson(...AGREED, '--save', saved);
    expect([asked.status, typeof asked.statusAsOf]).toEqual(['valid', 'string']);
    const status = () => waslJson('document', 'status', saved, '--as', 'transport', '--data', data);
    expect(await status()).toMatchObject({ code: 0, json: { status: 'valid', issuer: 'civil-status' } });
    const revoke = (id: string) =>
      waslJson('document', 'revoke', '--as', 'civil-status', '--request', id, '--data', data);
    expect(await revoke(asked.requestId)).toMatchObject({ code: 0, json: { status: 'revoked', already: false } });
    expect(await status()).toMatchObject({ code: 3, json: { status: 'revoked', code: 'document-revoked' } });
    expect(await revoke(asked.requestId)).toMatchObject({ code: 0, json: { already: true } });
    expect(await revoke(asked.requestId.replace(/^./, 'f'))).toMatchObject({
      code: 3,
      json: { code: 'document-not-issued' },
    });
  });

  it('starts a dead gateway again and says so, and requests go on', async () => {
    const gateway = (await processes()).find(({ name }) => name === 'gw-1');
    process.kill(gateway?.pid ?? 0, 'SIGKILL');
    await up?.said(/gw-1 ended \(signal SIGKILL\); it is started again/);
    await up?.said(/gw-1 runs again/);
    // Until the adapter has dialled again, the answer is an honest `unavailable`: ask again, as it says.
    const codes: number[] = [];
    for (const until = Date.now() + 20_000; codes.at(-1) !== 0 && Date.now() < until; ) {
      codes.push((await waslJson(...AGREED)).code);
    }
    expect(codes.at(-1)).toBe(0);
    expect(codes.filter((code) => code !== 0 && code !== 6)).toEqual([]);
  });

  it('leaves no child behind when it is killed, goes on from its folder, and stops within 5 s', async () => {
    const before = await processes();
    up?.child.kill('SIGKILL');
    await up?.exited;
    const servers = before.filter(({ name }) => name.endsWith('postgresql')).map(({ pid }) => pid);
    const children = before.map(({ pid }) => pid).filter((pid) => !servers.includes(pid));
    expect(await leftAfter(children, 5_000)).toEqual([]);
    expect((await waslJson('status', '--data', data)).json.code).toBe('not-running');

    const again = await bringUp();
    const after = await processes();
    expect(await leftAfter(servers, 0)).toEqual([]);
    const told = Date.now();
    again.child.kill('SIGTERM');
    expect(await again.exited).toBe(0);
    expect(Date.now() - told).toBeLessThan(5_000);
    await expect(again.said(/was killed/)).rejects.toThrow('up ended without saying');
    expect(
      await leftAfter(
        after.map(({ pid }) => pid),
        0,
      ),
    ).toEqual([]);
  });
});
