import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Layout } from '../../services/cli/development/layout.ts';
import { digestOfText } from '../../services/kernel/digest.ts';
import { CONFORMANCE, parseAgencyId, parseDocumentType } from '../../services/kernel/ids.ts';
import type { Signer } from '../../services/kernel/keys.ts';
import { type Readiness, signReadiness } from '../../services/kernel/readiness.ts';
import { loadSigner } from '../../services/platform/crypto/index.ts';

/** A readiness report by the suite's key of a data folder, or by whom the test says. */
export const readinessOf = async (
  layout: Layout,
  agency: string,
  changed: Partial<Readiness> = {},
  by?: Signer,
): Promise<string> =>
  signReadiness(by ?? (await loadSigner(join(layout.gateway(CONFORMANCE), 'signing.jwk'))), {
    agency: parseAgencyId(agency),
    documentType: parseDocumentType(`${agency}.extract`),
    documentVersion: 1,
    schema: digestOfText('schema'),
    suite: '1',
    results: [
      { check: 'delivers', verdict: 'passed', required: true },
      { check: 'drain', verdict: 'not-run', required: false },
    ],
    timeMs: Date.now(),
    ...changed,
  });

/** The same as a file, for the command. */
export const readinessFile = async (layout: Layout, agency: string, folder: string): Promise<string> => {
  const file = join(folder, `${agency}-readiness.jws`);
  await writeFile(file, await readinessOf(layout, agency));
  return file;
};
