import { mkdir } from 'node:fs/promises';
import { keyFiles } from '../../../adapters/kit/keyring.ts';
import { WaslError } from '../../kernel/codes.ts';
import { digestOfText } from '../../kernel/digest.ts';
import { AUTHORITY, parseAgencyId } from '../../kernel/ids.ts';
import { signKeyRevocation, signRollover } from '../../kernel/key-changes.ts';
import { type KeyHistory, keysAt, ROLLOVER_WAITS_MS } from '../../kernel/key-history.ts';
import type { KeyPair } from '../../kernel/key-statements.ts';
import { type Thumbprint, thumbprint } from '../../kernel/keys.ts';
import type { Entity, EntityOf } from '../../kernel/registry.ts';
import {
  generateEncryptionKey,
  generateSigningKey,
  loadSigner,
  openerFromJwk,
  signerFromJwk,
  writePrivateFile,
} from '../../platform/crypto/index.ts';
import { readPins } from '../../platform/identity/index.ts';
import type { End } from '../end.ts';
import { textIn } from '../files.ts';
import { withRegistry } from '../member.ts';
import { historyIn, presentKeysOf } from '../own-keys.ts';
import { agencyIn, shownBy } from '../shown.ts';

const dated = (ms: number): string => new Date(ms).toISOString();

/** The key in a file that somebody named. Errors: `config-invalid`, and `bad-usage` when there is none. */
const keyIn = async (file: string) => {
  await textIn(file);
  return loadSigner(file);
};

/** The recovery key in a file. Errors: those of `keyIn`, and `bad-usage` when it is another key. */
const recoveryIn = async (file: string, agency: string, recovery: Thumbprint) => {
  const signer = await keyIn(file);
  if (signer.thumbprint !== recovery)
    throw new WaslError('bad-usage', { what: `${file} is not the recovery key of ${agency}` });
  return signer;
};

const makePair = async (folder: string): Promise<KeyPair> => {
  const [signing, encryption] = [generateSigningKey(), generateEncryptionKey()];
  const pair = { signing: signerFromJwk(signing).publicJwk, encryption: openerFromJwk(encryption).publicJwk };
  const files = keyFiles(folder);
  const paths = [files.signing(thumbprint(pair.signing)), files.encryption(thumbprint(pair.encryption))] as const;
  await mkdir(files.folder, { recursive: true, mode: 0o700 });
  await writePrivateFile(paths[0], JSON.stringify(signing));
  await writePrivateFile(paths[1], JSON.stringify(encryption));
  return pair;
};

/** The present keys, for a veto to name once more. Only what waits can be put aside, and only keys that this folder has are its agency's own. */
const stayingPair = async (as: string, entities: readonly Entity[], history: KeyHistory): Promise<KeyPair> => {
  if (keysAt(history, Date.now()) === history.periods.at(-1)) {
    const what =
      'no keys wait, so none can be put aside; name others (--recovery without --veto) if those that count are not yours';
    throw new WaslError('bad-usage', { what });
  }
  const { signer, opener } = await presentKeysOf(as, entities);
  return { signing: signer.publicJwk, encryption: opener.publicJwk };
};

export interface RotateFlags {
  /** Folder of the agency's identity. */
  readonly as: string;
  /** File of the recovery key: the new keys count at once. */
  readonly recovery?: string;
  /** The present keys stay: what waits is put aside. */
  readonly veto: boolean;
}

/** Names new keys for an agency: made here, kept in the folder's `keys`, and handed in by their public halves. */
export const rotate = async ({ as, recovery: file, veto }: RotateFlags): Promise<End> =>
  withRegistry(as, async (registry) => {
    const { agency: id, authority } = await readPins(as);
    if (id === undefined) throw new WaslError('bad-usage', { what: `${as} is no agency's identity` });
    if (veto && file === undefined) throw new WaslError('bad-usage', { what: '--veto needs --recovery' });
    const { entities } = await shownBy(registry);
    const held = agencyIn(entities, id);
    const history = await historyIn(entities, id, authority);
    const nowMs = Date.now();
    const by =
      file === undefined ? (await presentKeysOf(as, entities)).signer : await recoveryIn(file, id, history.recovery);
    const pair = veto ? await stayingPair(as, entities, history) : await makePair(as);
    const before = held.rollovers ?? [];
    const rollover = await signRollover(by, file === undefined ? 'signing' : 'recovery', {
      agency: parseAgencyId(id),
      sequence: before.length + 1,
      previous: digestOfText(before.at(-1) ?? held.keys),
      signing: pair.signing,
      encryption: pair.encryption,
      timeMs: nowMs,
    });
    const next: EntityOf<'agency'> = { ...held, rollovers: [...before, rollover] };
    // COMMIT POINT. The private halves are on disk before anybody hears of the keys, and stay there however it ends: an answer may be lost, and
    // whoever says that it refused may have taken them.
    const { version } = await registry.submit(JSON.stringify(next));
    const fromMs = file === undefined ? nowMs + ROLLOVER_WAITS_MS : nowMs;
    const key = thumbprint(pair.signing);
    return {
      kind: 'delivered',
      json: {
        agency: id,
        key,
        from: dated(fromMs),
        by: file === undefined ? 'signing' : 'recovery',
        version: Number(version),
      },
      text: veto
        ? `The keys of ${id} stay as they are: what waited is put aside (${key}).`
        : [
            `New keys of ${id}: ${key}, from ${dated(fromMs)} on${file === undefined ? ', unless the recovery key names others before' : ''}.`,
            `Their private halves are in ${keyFiles(as).folder}. Next move: yours, to put that folder into every copy of the identity`,
            `${file === undefined ? 'before then' : 'now'}; running adapters take the new keys up by themselves, and go on opening what was sealed to the old ones.`,
          ].join('\n'),
    };
  });

export interface RevokeKeyFlags {
  /** Folder of the agency's identity, or of the authority's operator. */
  readonly as: string;
  /** The recovery key's file, or that of the authority's root. */
  readonly signing: string;
  /** Whose key; the identity's own agency unless told. */
  readonly agency?: string;
  /** From when on nothing that it signed counts; ISO date. Now unless told. */
  readonly since?: string;
}

/** Takes a signing key of an agency back; the present one unless `key` names another. */
export const revokeKey = async (
  key: string | undefined,
  { as, signing, agency, since }: RevokeKeyFlags,
): Promise<End> =>
  withRegistry(as, async (registry) => {
    const pins = await readPins(as);
    const id = parseAgencyId(agency ?? pins.agency ?? '');
    const sinceMs = since === undefined ? Date.now() : Date.parse(since);
    if (!Number.isFinite(sinceMs)) throw new WaslError('bad-usage', { what: `${since} is no date` });
    const { entities } = await shownBy(registry);
    const held = agencyIn(entities, id);
    const history = await historyIn(entities, id, pins.authority);
    const by = await keyIn(signing);
    const issuer = by.thumbprint === pins.authority ? AUTHORITY : id;
    if (issuer !== AUTHORITY && by.thumbprint !== history.recovery)
      throw new WaslError('bad-usage', {
        what: `${signing} is neither the recovery key of ${id} nor the authority’s root`,
      });
    const taken = (key ?? thumbprint(keysAt(history, Date.now()).signing)) as Thumbprint;
    if (!history.periods.some((period) => thumbprint(period.signing) === taken))
      throw new WaslError('bad-usage', { what: `${id} has no key ${taken}; wasl key list shows its keys` });
    const revocation = await signKeyRevocation(by, { issuer, agency: id, key: taken, sinceMs });
    const next: EntityOf<'agency'> = { ...held, revocations: [...(held.revocations ?? []), revocation] };
    const { version } = await registry.submit(JSON.stringify(next));
    return {
      kind: 'delivered',
      json: { agency: id, key: taken, since: dated(sinceMs), by: issuer, version: Number(version) },
      text: [
        `What the key ${taken} of ${id} signed counts for nothing from ${dated(sinceMs)} on, unless evidence dates it before.`,
        `Next move: whoever guards the recovery key of ${id}, to name new keys (wasl agency rotate --recovery), and its officers'`,
        'certificates anew (wasl officer certify --from): those that this key signed count no more.',
      ].join('\n'),
    };
  });

export interface KeyListFlags {
  readonly as: string;
  readonly agency?: string;
}

/** Every key that an agency has or had, and when it counts. */
export const listKeys = async ({ as, agency }: KeyListFlags): Promise<End> =>
  withRegistry(as, async (registry) => {
    const pins = await readPins(as);
    const id = agency ?? pins.agency;
    if (id === undefined) throw new WaslError('bad-usage', { what: '--agency names whose keys' });
    const { entities } = await shownBy(registry);
    const { periods, recovery } = await historyIn(entities, id, pins.authority);
    const nowMs = Date.now();
    const keys = periods.map(({ signing, encryption, fromMs, untilMs, revokedSinceMs }) => ({
      key: thumbprint(signing),
      state: stateAt(nowMs, fromMs, untilMs, revokedSinceMs),
      from: fromMs === 0 ? null : dated(fromMs),
      until: untilMs === undefined ? null : dated(untilMs),
      revokedSince: revokedSinceMs === undefined ? null : dated(revokedSinceMs),
      signing,
      encryption,
    }));
    return {
      kind: 'delivered',
      json: { agency: id, recovery, keys },
      text: keys
        .map(({ key, state, from, until, revokedSince }) => {
          const taken = revokedSince === null ? '' : `, revoked since ${revokedSince}`;
          return `${state.padEnd(8)} ${key}  ${from ?? 'from the first'} … ${until ?? ''}${taken}`;
        })
        .join('\n'),
    };
  });

const stateAt = (nowMs: number, fromMs: number, untilMs?: number, revokedSinceMs?: number): string => {
  if (revokedSinceMs !== undefined) return 'revoked';
  if (fromMs > nowMs) return 'waiting';
  return untilMs === undefined || nowMs < untilMs ? 'present' : 'former';
};
