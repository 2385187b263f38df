import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readAgreement } from '../../kernel/agreement.ts';
import { nextStep } from '../../kernel/agreement-record.ts';
import { WaslError } from '../../kernel/codes.ts';
import { parseAgencyId } from '../../kernel/ids.ts';
import { parseEntity } from '../../kernel/registry.ts';
import { loadSigner, writePrivateFile } from '../../platform/crypto/index.ts';
import { readPins } from '../../platform/identity/index.ts';
import { actingAs } from '../acting.ts';
import { officerFiles } from '../development/layout.ts';
import type { End } from '../end.ts';
import { jsonIn } from '../files.ts';
import { agreementIn } from '../shown.ts';
import type { ActFlags } from './agreement-acts.ts';

/** Shows an agreement's terms, and writes all that was signed to a file: for the archive, and to be held without the registry. */
export const agreementShow = async (id: string, { as, officer, save }: ActFlags & { save?: string }): Promise<End> =>
  actingAs(as, officer, async ({ entities }) => {
    const entity = agreementIn(entities, id);
    if (save !== undefined) await writePrivateFile(save, `${JSON.stringify(entity)}\n`);
    const terms = readAgreement(entity.signed);
    return { kind: 'delivered', json: { terms, entity }, text: JSON.stringify(terms, null, 2) };
  });

/**
 * Suspends an agreement at the agency's own kits at once, whether or not the registry can be reached, or lifts that: a signed step in the
 * identity's folder, which the kits watch. `file` is what `agreementShow` saved; the step is added to it.
 */
export const agreementHold = async (
  file: string,
  { as, officer, lift }: ActFlags & { lift: boolean },
): Promise<End> => {
  const { agency } = await readPins(as);
  const files = officerFiles(as, officer);
  const [held, certified] = [parseEntity(await jsonIn(file)), parseEntity(await jsonIn(files.certificate))];
  if (held.kind !== 'agreement' || certified.kind !== 'officer' || agency === undefined) {
    throw new WaslError('bad-usage', {
      what: `an agency, ${file} with its agreement and ${files.certificate} are needed`,
    });
  }
  const step = lift ? 'resumed' : 'suspended';
  const timeMs = Date.now();
  const signer = await loadSigner(files.key);
  const next = await nextStep(signer, held, { issuer: parseAgencyId(agency), step, timeMs });
  const folder = join(as, 'suspensions');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${timeMs}-${step}.jws`);
  await writePrivateFile(path, `${next.steps.at(-1)}\n${certified.certificates.at(-1)}\n`);
  await writePrivateFile(file, `${JSON.stringify(next)}\n`);
  return {
    kind: 'delivered',
    json: { agreement: held.id, step, file: path },
    text: `${held.id} is ${step} at the kits of ${agency} within a second, by ${path}. Next move: yours, to ${lift ? 'resume' : 'suspend'} it in the registry as well once it can be reached.`,
  };
};
