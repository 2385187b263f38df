import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { WaslError } from '../../services/kernel/codes.ts';
import type { AgencyId } from '../../services/kernel/ids.ts';
import type { KeyPair } from '../../services/kernel/key-statements.ts';
import { type Opener, type Signer, type Thumbprint, thumbprint } from '../../services/kernel/keys.ts';
import { loadOpener, loadSigner } from '../../services/platform/crypto/index.ts';

/** What an agency signs with, and what is sealed to it. */
export interface OwnKeys {
  readonly signer: Signer;
  readonly opener: Opener;
}

/** All keys of an agency that its folder has; which of them count is the registry's word. */
export interface Keyring {
  /** Those that count, as was last followed; before that the first ones. Error: `own-key-missing`. */
  present(): OwnKeys;
  /** Present and former: what was sealed before a rotation is opened after it. */
  openers(): readonly Opener[];
  signers(): readonly Signer[];
  /** Takes up what was put into the folder since. */
  look(): Promise<void>;
  /** Takes the registry's word for which keys count; looks into the folder again for those that are not known here. */
  follow(named: KeyPair): Promise<void>;
}

/** Whole keys alone: a file that is being written has another name until it is, and keeps it after a crash. */
const KEY_FILE = /^([A-Za-z0-9_-]{43})\.(signing|encryption)\.jwk$/;

/** The folder beside the first keys in which `wasl agency rotate` puts the later ones, each under its thumbprint. */
export const keyFiles = (folder: string) => ({
  folder: join(folder, 'keys'),
  signing: (kid: Thumbprint): string => join(folder, 'keys', `${kid}.signing.jwk`),
  encryption: (kid: Thumbprint): string => join(folder, 'keys', `${kid}.encryption.jwk`),
});

/** Errors: `no-identity` when a key is missing, `config-invalid` when others may read one. */
export const loadKeyring = async (folder: string, agency: AgencyId): Promise<Keyring> => {
  const first: OwnKeys = {
    signer: await loadSigner(join(folder, 'signing.jwk')),
    opener: await loadOpener(join(folder, 'encryption.jwk')),
  };
  const signers = new Map<string, Signer>([[first.signer.thumbprint, first.signer]]);
  const openers = new Map<string, Opener>([[first.opener.thumbprint, first.opener]]);
  const later = keyFiles(folder);
  const look = async (): Promise<void> => {
    for (const name of await namesIn(later.folder)) {
      const path = join(later.folder, name);
      const [, kid, use] = KEY_FILE.exec(name) ?? [];
      if (kid === undefined) continue;
      if (use === 'signing' && !signers.has(kid)) signers.set(kid, await loadSigner(path));
      if (use === 'encryption' && !openers.has(kid)) openers.set(kid, await loadOpener(path));
    }
  };
  await look();
  let present: Partial<OwnKeys> = first;
  return {
    present: () => {
      const { signer, opener } = present;
      if (signer === undefined || opener === undefined) throw new WaslError('own-key-missing', { agency });
      return { signer, opener };
    },
    openers: () => [...openers.values()],
    signers: () => [...signers.values()],
    look,
    follow: async (named) => {
      const signing = thumbprint(named.signing);
      const encryption = thumbprint(named.encryption);
      if (!signers.has(signing) || !openers.has(encryption)) await look();
      const [signer, opener] = [signers.get(signing), openers.get(encryption)];
      present = { ...(signer === undefined ? {} : { signer }), ...(opener === undefined ? {} : { opener }) };
    },
  };
};

const namesIn = (folder: string): Promise<string[]> =>
  readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
