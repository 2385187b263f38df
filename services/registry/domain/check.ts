import { readAgreement } from '../../kernel/agreement.ts';
import { WaslError } from '../../kernel/codes.ts';
import { readJws } from '../../kernel/jws.ts';
import { readRegistryKeys, verifyAgencyKeys } from '../../kernel/key-statements.ts';
import { type Primitives, type Thumbprint, thumbprint } from '../../kernel/keys.ts';
import { readOfficer } from '../../kernel/officer.ts';
import type { Entity } from '../../kernel/registry.ts';
import { TYP } from '../../kernel/statements.ts';
import { readStatusListId, readStatusToken } from '../../kernel/status-list.ts';

/**
 * Whether a declaration agrees with the signed words inside it. Whoever makes a copy verifies all of it against pins; this tells the operator
 * before anybody has it. Errors: `malformed-message`, `wrong-type`, `signature-invalid`, `pin-mismatch`.
 */
export const checkDeclaration = async (primitives: Primitives, own: Thumbprint, entity: Entity): Promise<void> => {
  switch (entity.kind) {
    case 'registry': {
      // Under another key than ours no copy would take a word of what we sign.
      if (thumbprint(readRegistryKeys(entity.keys).registry) !== own) throw new WaslError('pin-mismatch');
      return;
    }
    case 'agency':
      if ((await verifyAgencyKeys(primitives, entity.keys)).agency !== entity.id) throw new WaslError('pin-mismatch');
      return;
    case 'agreement':
      if (readAgreement(entity.signed).id !== entity.id) {
        throw new WaslError('malformed-message', { what: 'agreement.id' });
      }
      return;
    case 'audit':
      readJws(entity.keys, TYP.auditKeys);
      return;
    case 'gateway':
      readJws(entity.keys, TYP.gatewayKeys);
      return;
    case 'officer':
      for (const text of entity.certificates) {
        const { issuer, key } = readOfficer(text);
        if (issuer !== entity.issuer || thumbprint(key) !== entity.id) throw new WaslError('pin-mismatch');
      }
      return;
    case 'document-type':
      return;
    case 'status-list':
      // Whose key signed it is looked up among what stands: see `checkStatusLists`.
      readStatusToken(readStatusListId(entity.id), entity.token);
      return;
  }
};
