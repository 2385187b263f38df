import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { approvedAgreement } from '../../services/cli/development/agreements.ts';
import type { Layout } from '../../services/cli/development/layout.ts';
import { utf8 } from '../../services/kernel/bytes.ts';
import { canonicalJson } from '../../services/kernel/canonical.ts';
import { digestOf } from '../../services/kernel/digest.ts';
import { parseAgencyId, parseDocumentType } from '../../services/kernel/ids.ts';
import type { Entity } from '../../services/kernel/registry.ts';
import { loadSigner } from '../../services/platform/crypto/index.ts';
import { readPins } from '../../services/platform/identity/index.ts';
import { officersOf } from '../support/officers.ts';
import { MEASURED, measuredSchema } from './processes/document.ts';

/** Declares the measured document and an agreement about it that no run uses up. */
export const declareMeasured = async (layout: Layout): Promise<void> => {
  const [requester, provider] = [parseAgencyId('transport'), parseAgencyId('civil-status')];
  const key = (agency: string, name: string) => loadSigner(join(layout.agency(agency), `${name}.jwk`));
  const { authority, audit } = await readPins(layout.agency(provider));
  const title = { en: 'Measured', ar: 'مقيس' };
  const documentType = parseDocumentType(MEASURED.documentType);
  const terms = {
    id: 'measured',
    version: 1,
    requester,
    provider,
    documentType,
    documentVersion: 1,
    purposes: [{ purpose: MEASURED.purpose, title }],
    legalBasis: title,
    claims: [...MEASURED.claims],
    quotaPerDay: 1_000_000_000,
    timeZone: 'Asia/Amman',
    fromMs: Date.now() - 3_600_000,
    untilMs: Date.now() + 86_400_000,
    retentionDays: 1,
    visibility: { kind: 'at-once' as const },
    pins: {
      requesterRecovery: (await key(requester, 'recovery')).thumbprint,
      providerRecovery: (await key(provider, 'recovery')).thumbprint,
      authority,
      audit,
      schema: digestOf(utf8(canonicalJson(measuredSchema))),
    },
  };
  const entities: Entity[] = [
    { kind: 'document-type', id: documentType, version: 1, provider, title, schema: measuredSchema },
    await approvedAgreement(await officersOf(layout, terms), terms, Date.now()),
  ];
  for (const entity of entities) await writeFile(join(layout.entities, `${entity.id}.json`), JSON.stringify(entity));
};
