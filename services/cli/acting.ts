import { AUTHORITY, type Issuer } from '../kernel/ids.ts';
import type { Signer, Thumbprint } from '../kernel/keys.ts';
import type { Entity } from '../kernel/registry.ts';
import { loadSigner } from '../platform/crypto/index.ts';
import { readPins } from '../platform/identity/index.ts';
import type { RegistryConnection } from '../platform/rpc/index.ts';
import { officerFiles } from './development/layout.ts';
import type { End } from './end.ts';
import { withRegistry } from './member.ts';
import { shownBy } from './shown.ts';

/** An officer at work: for whom, by which key, and what the registry shows them. */
export interface Acting {
  readonly issuer: Issuer;
  readonly signer: Signer;
  readonly pins: { readonly authority: Thumbprint; readonly audit: Thumbprint };
  readonly registry: RegistryConnection;
  readonly entities: readonly Entity[];
}

/** Runs `act` as an officer of whoever the folder is. Errors: `no-identity`, `config-invalid`, and those of the registry. */
export const actingAs = async (
  folder: string,
  officer: string,
  act: (acting: Acting) => Promise<End>,
): Promise<End> => {
  const { agency, authority, audit } = await readPins(folder);
  const signer = await loadSigner(officerFiles(folder, officer).key);
  const issuer = agency ?? AUTHORITY;
  return withRegistry(folder, async (registry) => {
    const { entities } = await shownBy(registry);
    return act({ issuer, signer, pins: { authority, audit }, registry, entities });
  });
};
