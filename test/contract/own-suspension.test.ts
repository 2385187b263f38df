import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Kit } from '../../adapters/kit/index.ts';
import { DATA_OFFICER, officerFiles } from '../../services/cli/development/layout.ts';
import { nextStep } from '../../services/kernel/agreement-record.ts';
import { parseAgencyId } from '../../services/kernel/ids.ts';
import type { EntityOf } from '../../services/kernel/registry.ts';
import { openEmbeddedBus } from '../../services/platform/bus/embedded.ts';
import type { Bus } from '../../services/platform/bus/port.ts';
import { generateSigningKey, loadSigner, signerFromJwk } from '../../services/platform/crypto/index.ts';
import { ASK, EXTRACT } from '../support/asks.ts';
import { personalExtract } from '../support/documents.ts';
import { type Exchange, startExchange, until } from '../support/exchange.ts';
import { sharedCluster } from '../support/postgres.ts';

let bus: Bus;
let exchange: Exchange;
let asker: Kit;
let agreement: EntityOf<'agreement'>;
let calls = 0;
let files = 0;

beforeAll(async () => {
  const cluster = await sharedCluster();
  bus = await openEmbeddedBus({ url: await cluster.createDatabase() });
  exchange = await startExchange(bus);
  await exchange.kit('civil-status', {
    [EXTRACT]: async () => {
      calls += 1;
      return { kind: 'found', document: personalExtract() };
    },
  });
  asker = await exchange.kit('transport');
  agreement = (await exchange.readDeclared(
    'agreement.transport.personal-extract.json',
  )) as unknown as EntityOf<'agreement'>;
  // Nobody hears of anything by way of the registry any more.
  await exchange.registry.stop();
}, 120_000);
afterAll(async () => {
  await exchange?.stop();
  await bus?.close();
  await (await sharedCluster()).stop();
}, 60_000);

/** An officer of the agency, or somebody, takes the step that follows, in a file of the agency's own. Gives what follows that. */
const step = async (
  agency: string,
  of: EntityOf<'agreement'>,
  what: 'suspended' | 'resumed' | 'terminated',
  by?: 'thief',
) => {
  const identity = exchange.layout.agency(agency);
  const { key, certificate } = officerFiles(identity, DATA_OFFICER);
  const signer = by === undefined ? await loadSigner(key) : signerFromJwk(generateSigningKey());
  const next = await nextStep(signer, of, { issuer: parseAgencyId(agency), step: what, timeMs: Date.now() });
  const folder = join(identity, 'suspensions');
  await mkdir(folder, { recursive: true });
  const { certificates } = JSON.parse(await readFile(certificate, 'utf8'));
  files += 1;
  await writeFile(join(folder, `${files}.jws`), `${next.steps.at(-1)}\n${certificates[0]}\n`);
  return next;
};
const ended = async (code: string, by?: string): Promise<void> => {
  let said: { code?: string; outcome: string; by: { kind: string } } | undefined;
  await until(async () => {
    said = await asker.request(ASK);
    return (said.code ?? said.outcome) === code;
  }, 5_000);
  if (by !== undefined) expect(said?.by.kind).toBe(by);
};

test.each([
  ['civil-status', 'provider'],
  ['transport', 'kit'],
])(
  'what %s suspends for itself stops at its own kit while the registry is away, until it resumes',
  async (agency, by) => {
    await ended('delivered');
    const suspended = await step(agency, agreement, 'suspended');
    await ended('agreement-suspended', by);
    const before = calls;
    expect(await asker.request(ASK)).toMatchObject({ code: 'agreement-suspended', by: { kind: by } });
    expect(calls).toBe(before);
    await step(agency, suspended, 'resumed');
    await ended('delivered');
  },
  30_000,
);

test('a file that no officer of the agency signed stops nothing; one that ends the agreement stops it for good', async () => {
  await step('civil-status', agreement, 'suspended', 'thief');
  const ends = await step('civil-status', agreement, 'terminated');
  await ended('agreement-terminated', 'provider');
  await step('civil-status', ends, 'resumed');
  await step('civil-status', agreement, 'suspended');
  await ended('agreement-terminated', 'provider');
}, 30_000);
