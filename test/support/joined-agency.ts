import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { approvedAgreement } from '../../services/cli/agreement-steps.ts';
import { termsOf } from '../../services/cli/development/agreements.ts';
import { DATA_OFFICER, type Layout, officerFiles } from '../../services/cli/development/layout.ts';
import { certifyOfficer } from '../../services/cli/officer.ts';
import { schemaDigest } from '../../services/kernel/copy.ts';
import { parseAgencyId } from '../../services/kernel/ids.ts';
import { type JsonObject, parseStrictJson } from '../../services/kernel/strict-json.ts';
import { generateSigningKey, loadSigner, signerFromJwk } from '../../services/platform/crypto/index.ts';
import { waslJson } from './cli.ts';
import { readinessFile } from './readiness.ts';

export interface Joining {
  readonly agency: string;
  readonly documentType: string;
  readonly schemaFile: string;
  /** An agency of the data folder, which may ask for the document. */
  readonly requester: string;
  readonly purpose: string;
  readonly claims: readonly string[];
}

const both = (text: string) => ({ en: text, ar: text });

/**
 * An agency joins a running `up` as the commands have it, with its document type and an agreement over it. `folder` gets the `identity` and
 * what stays outside of it.
 */
export const joinAgency = async (layout: Layout, joining: Joining, folder: string): Promise<void> => {
  const { agency, documentType, requester, purpose, claims } = joining;
  const said = async (...args: string[]) => {
    const { code, json } = await waslJson(...args);
    if (code !== 0) throw new Error(`${args.slice(0, 2).join(' ')}: ${JSON.stringify(json)}`);
    return json;
  };
  const [identity, recovery] = [join(folder, 'identity'), join(folder, 'recovery.jwk')];
  const as = ['--as', layout.operator];
  const names = ['--name-en', 'Land Registry (example)', '--name-ar', 'سجل الأراضي (مثال)'];
  const { invitation } = await said('agency', 'invite', agency, ...names, ...as);
  await said('join', invitation, '--dir', identity, '--recovery', recovery);
  await said('agency', 'activate', agency, '--report', await readinessFile(layout, agency, folder), ...as);
  await said('schema', 'publish', joining.schemaFile, '--as', identity);

  const other = layout.agency(requester);
  const pins = parseStrictJson(await readFile(join(identity, 'pins.json'), 'utf8')) as JsonObject;
  const schema = parseStrictJson(await readFile(joining.schemaFile, 'utf8')) as JsonObject;
  const id = `${requester}.${documentType.split('.')[1]}`;
  const example = { id, requester, provider: agency, documentType, purpose, claims };
  const terms = termsOf(
    { ...example, purposeTitle: both('test'), legalBasis: both('invented') },
    {
      requesterRecovery: (await loadSigner(join(other, 'recovery.jwk'))).thumbprint,
      providerRecovery: (await loadSigner(recovery)).thumbprint,
      authority: String(pins.authority) as never,
      audit: String(pins.audit) as never,
      schema: schemaDigest(schema),
    },
    Date.now(),
  );
  const provider = signerFromJwk(generateSigningKey());
  const officer = await certifyOfficer(await loadSigner(join(identity, 'signing.jwk')), {
    issuer: parseAgencyId(agency),
    person: `${agency}:1001`,
    key: provider.publicJwk,
    fromMs: Date.now() - 1_000,
    untilMs: Date.now() + 86_400_000,
  });
  const [asking, authority] = await Promise.all(
    [other, layout.operator].map((held) => loadSigner(officerFiles(held, DATA_OFFICER).key)),
  );
  if (asking === undefined || authority === undefined) throw new Error('the data folder has no officers');
  const agreement = await approvedAgreement({ requester: asking, provider, authority }, terms, Date.now());
  const declared = join(folder, 'declared');
  await mkdir(declared);
  await writeFile(join(declared, 'officer.json'), JSON.stringify(officer));
  await writeFile(join(declared, 'agreement.json'), JSON.stringify(agreement));
  await said('apply', '-f', declared, ...as);
};
