import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Handler,
  type Identity,
  type Journal,
  type Kit,
  loadIdentity,
  openFileJournal,
  openKit,
  SourceUnavailable,
  silentLogger,
} from '../../adapters/kit/index.ts';
import type { CheckId, Result } from '../../services/conformance/domain/checks.ts';
import type { Hands } from '../../services/conformance/edge/ground.ts';
import { openRehearsal, type Rehearsal } from '../../services/conformance/edge/rehearsal.ts';
import { runSuite } from '../../services/conformance/edge/suite.ts';
import { parseAgencyId, parseDocumentType } from '../../services/kernel/ids.ts';

const SCHEME = 'jo:national-number';
export const DOCUMENT = parseDocumentType('library.reader-card');
const text = { type: 'string', minLength: 1 };
export const SCHEMA = {
  title: 'Reader card',
  'x-title-ar': 'بطاقة قارئ',
  type: 'object',
  additionalProperties: false,
  required: ['asOf', 'branch', 'cardNumber', 'nationalNumber', 'since'],
  'x-subject-schemes': { [SCHEME]: { pattern: '^[0-9]{10}$', claims: ['nationalNumber'] } },
  properties: {
    asOf: { type: 'string', format: 'date-time' },
    branch: text,
    cardNumber: text,
    nationalNumber: { type: 'string', pattern: '^[0-9]{10}$' },
    since: { type: 'string', format: 'date' },
  },
};
export const READER = { scheme: SCHEME, value: '0001112223' };

/** A register with one reader in it, which can be taken down. */
export const makeRegister = () => {
  let up = true;
  return {
    set: (to: boolean) => {
      up = to;
    },
    handler: (async ({ subject }) => {
      if (!up) throw new SourceUnavailable(5_000);
      if (subject.value !== READER.value) return { kind: 'not-found' };
      const { value: nationalNumber } = READER;
      const card = { nationalNumber, cardNumber: 'R-17', branch: 'Irbid', since: '2024-02-01' };
      return { kind: 'found', document: { asOf: new Date().toISOString(), ...card } };
    }) satisfies Handler,
  };
};

/** A rehearsal bus, and the folder with what an adapter is on it. */
export const openWorld = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wasl-conformance-'));
  const rehearsal = await openRehearsal({
    agency: parseAgencyId('library'),
    documentType: DOCUMENT,
    schema: SCHEMA,
    log: silentLogger,
  });
  await rehearsal.writeIdentity(join(folder, 'identity'));
  return {
    rehearsal,
    folder,
    identity: await loadIdentity(join(folder, 'identity')),
    stop: async () => {
      await rehearsal.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
export type World = Awaited<ReturnType<typeof openWorld>>;

export const judged = (
  rehearsal: Rehearsal,
  { hands = {}, patienceMs = 5_000, only }: { hands?: Hands; patienceMs?: number; only?: readonly CheckId[] } = {},
): Promise<readonly Result[]> =>
  runSuite({
    ...(only === undefined ? {} : { only }),
    ground: rehearsal.ground,
    wire: rehearsal.wire,
    subjects: { known: READER, unknown: { scheme: SCHEME, value: '0009998887' } },
    hands,
    patienceMs,
    onResult: () => undefined,
  });

/** An adapter of the kit, attached. */
export const attachKit = async (
  { rehearsal, identity, folder }: World,
  handler: Handler,
  changed: {
    readonly identity?: Partial<Identity>;
    readonly journal?: (own: Journal) => Journal;
    readonly now?: () => number;
    readonly documentType?: string;
  } = {},
): Promise<Kit & { end(): Promise<void> }> => {
  const journal = await openFileJournal({ dir: join(folder, `journal-${Math.random()}`) });
  const kit = openKit({
    identity: { ...identity, ...changed.identity },
    gateways: [rehearsal.address],
    journal: changed.journal?.(journal) ?? journal,
    log: silentLogger,
    ...(changed.now === undefined ? {} : { now: changed.now }),
  });
  kit.provide(changed.documentType ?? DOCUMENT, handler);
  kit.attach({ replica: 'one', credits: 16 });
  return {
    ...kit,
    end: async () => {
      await kit.drain();
      await kit.close();
      await journal.close();
    },
  };
};
