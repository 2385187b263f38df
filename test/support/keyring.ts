import type { Keyring } from '../../adapters/kit/keyring.ts';
import type { Opener, Signer } from '../../services/kernel/keys.ts';

/** A ring of one pair, which counts whatever the registry says. */
export const keyringOf = (signer: Signer, opener: Opener): Keyring => ({
  present: () => ({ signer, opener }),
  openers: () => [opener],
  signers: () => [signer],
  look: async () => undefined,
  follow: async () => undefined,
});
