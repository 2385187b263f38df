import { readAgreement } from '../../kernel/agreement.ts';
import { WaslError } from '../../kernel/codes.ts';
import { providerOf } from '../../kernel/ids.ts';
import { verifyKeyHistory } from '../../kernel/key-history.ts';
import {
  readRegistryKeys,
  verifyAuditKeys,
  verifyGatewayKeys,
  verifyRegistryKeys,
} from '../../kernel/key-statements.ts';
import { type Primitives, type Thumbprint, thumbprint } from '../../kernel/keys.ts';
import { readOfficer } from '../../kernel/officer.ts';
import { type Entity, entityKey } from '../../kernel/registry.ts';
import { readStatusListId, readStatusToken } from '../../kernel/status-list.ts';

/** The word under which this registry runs: the root's statement, and the key that it names. */
export interface OwnWord {
  readonly registryKeys: string;
  readonly signing: Thumbprint;
}

/**
 * Whether a declaration agrees with the signed words inside it. Whoever makes a copy verifies all of it against pins; this tells the operator
 * before anybody has it. Errors: `malformed-message`, `wrong-type`, `signature-invalid`, `pin-mismatch`.
 */
export const checkDeclaration = async (primitives: Primitives, own: OwnWord, entity: Entity): Promise<void> => {
  const { root, audit } = readRegistryKeys(own.registryKeys);
  switch (entity.kind) {
    case 'registry': {
      // Under another word than ours no copy would take a thing that we sign.
      const { registry } = await verifyRegistryKeys(primitives, entity.keys, root);
      if (entity.keys !== own.registryKeys || thumbprint(registry) !== own.signing) throw new WaslError('pin-mismatch');
      return;
    }
    case 'agency':
      if ((await verifyKeyHistory(primitives, entity, root)).agency !== entity.id) throw new WaslError('pin-mismatch');
      return;
    case 'agreement':
      if (readAgreement(entity.signed).id !== entity.id) {
        throw new WaslError('malformed-message', { what: 'agreement.id' });
      }
      return;
    case 'audit':
      await verifyAuditKeys(primitives, entity.keys, audit);
      return;
    case 'gateway':
      if ((await verifyGatewayKeys(primitives, entity.keys, root)).gateway !== entity.id)
        throw new WaslError('pin-mismatch');
      return;
    case 'officer':
      for (const text of entity.certificates) {
        const { issuer, key } = readOfficer(text);
        if (issuer !== entity.issuer || thumbprint(key) !== entity.id) throw new WaslError('pin-mismatch');
      }
      return;
    case 'document-type':
      // A name is its provider's (`<provider>.<document>`), and frozen for ever once it is taken.
      if (providerOf(entity.id) !== entity.provider) {
        throw new WaslError('entity-not-yours', { agency: entity.provider, entity: entityKey(entity) });
      }
      return;
    case 'status-list':
      // Whose key signed it is looked up among what stands: see `checkStatusLists`.
      readStatusToken(readStatusListId(entity.id), entity.token);
      return;
  }
};
