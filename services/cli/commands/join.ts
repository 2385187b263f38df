import { mkdir, readFile, rm } from 'node:fs/promises';
import { join as at, dirname, resolve } from 'node:path';
import { WaslError } from '../../kernel/codes.ts';
import { type AgencyId, spiffeId } from '../../kernel/ids.ts';
import { readAgencyKeys, signAgencyKeys, verifyRegistryKeys } from '../../kernel/key-statements.ts';
import {
  generateEncryptionKey,
  generateSigningKey,
  openerFromJwk,
  primitives,
  requestCertificate,
  signerFromJwk,
  validityOf,
  writePrivateFile,
} from '../../platform/crypto/index.ts';
import { writeBusAddresses } from '../../platform/identity/index.ts';
import { callJoin, fetchPinnedCa } from '../../platform/rpc/index.ts';
import type { End } from '../end.ts';
import { isThere } from '../files.ts';
import { readInvitation } from '../invitation.ts';

export interface JoinFlags {
  readonly dir: string;
  /** Where the recovery key goes; outside `dir`, for no process of the agency ever needs it. */
  readonly recovery?: string;
}

/** What goes out to the registry beside the invitation's secret; nothing of it is secret. */
interface Asked {
  readonly certificateRequest: string;
  readonly keys: string;
}
/** Stands in the folder from the making of the keys until they are known to the registry. */
const BEGUN = 'joining.json';

const makeKeys = async (agency: AgencyId, trustDomain: string) => {
  const keys = { recovery: generateSigningKey(), signing: generateSigningKey(), encryption: generateEncryptionKey() };
  const { request, key } = await requestCertificate(spiffeId(trustDomain, { kind: 'agency', id: agency }));
  const signed = await signAgencyKeys(
    signerFromJwk(keys.recovery),
    agency,
    signerFromJwk(keys.signing).publicJwk,
    openerFromJwk(keys.encryption).publicJwk,
  );
  return { ...keys, tlsKey: key, asked: { certificateRequest: request, keys: signed } satisfies Asked };
};

/**
 * Joins the bus by an invitation. Keys are made here and their private halves stay here; what goes out is a request for a certificate and the
 * public keys, signed by the recovery key, and only to a registry under the authority that the invitation names.
 */
export const join = async (text: string, { dir, recovery: elsewhere }: JoinFlags): Promise<End> => {
  const invitation = readInvitation(text);
  const { agency, trustDomain, root } = invitation;
  const folder = resolve(dir);
  const recoveryFile = resolve(elsewhere ?? `${agency}-recovery.jwk`);
  if (`${dirname(recoveryFile)}/`.startsWith(`${folder}/`)) {
    throw new WaslError('bad-usage', {
      what: `the recovery key does not belong into ${folder}, which is on a server; --recovery names another place`,
    });
  }
  const begun = await isThere(at(folder, BEGUN));
  for (const path of [at(folder, 'pins.json'), ...(begun ? [] : [recoveryFile])]) {
    if (await isThere(path)) {
      throw new WaslError('bad-usage', { what: `${path} is there already, and no key is ever overwritten` });
    }
  }
  const ca = await fetchPinnedCa(invitation.join, invitation.ca);
  const write = (name: string, body: string): Promise<void> => writePrivateFile(at(folder, name), body);
  if (!begun) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const made = await makeKeys(agency, trustDomain);
    await writePrivateFile(recoveryFile, `${JSON.stringify(made.recovery)}\n`);
    await write('signing.jwk', JSON.stringify(made.signing));
    await write('encryption.jwk', JSON.stringify(made.encryption));
    await write('tls.key', made.tlsKey);
    await write(BEGUN, JSON.stringify(made.asked));
  }
  // COMMIT POINT. The keys are on disk before anybody hears of them: an answer that is lost on its way is asked for again with the same.
  const asked = JSON.parse(await readFile(at(folder, BEGUN), 'utf8')) as Asked;
  const answer = await callJoin(
    { address: invitation.join, tls: { ca }, trustDomain },
    { secret: invitation.secret, agency, ...asked },
  );
  const trust = await verifyRegistryKeys(primitives, answer.registryKeys, root).catch((cause: unknown) => {
    throw new WaslError('root-mismatch', { address: invitation.join }, { cause });
  });

  await write('tls.crt', answer.certificate);
  await write('ca.crt', ca);
  await writeBusAddresses(folder, { ...answer, join: invitation.join });
  const { recovery } = readAgencyKeys(asked.keys);
  // Last, for by it a folder is seen to be whole.
  await write(
    'pins.json',
    `${JSON.stringify({ agency, trustDomain, authority: root, audit: trust.audit, recovery }, null, 2)}\n`,
  );
  await rm(at(folder, BEGUN));
  const certificateUntil = new Date(validityOf(answer.certificate).untilMs).toISOString();
  return {
    kind: 'delivered',
    json: {
      agency,
      identity: folder,
      certificateUntil,
      recoveryKey: recoveryFile,
      registry: answer.registry,
      gateways: answer.gateways,
    },
    text: [
      `${agency} has joined ${trustDomain}. Its keys and certificate are in ${folder}; they were made here and never left.`,
      `The certificate is good until ${certificateUntil}; the agency's kit renews it by itself in good time (wasl agency renew does so by hand).`,
      '',
      `The recovery key is ${recoveryFile}. Move it NOW to a place off this machine that two people guard, and delete it here:`,
      'it alone can name new keys for your agency after a theft, and no running system ever needs it.',
      `مفتاح الاسترداد في الملف أعلاه. انقلوه الآن إلى مكان خارج هذا الجهاز بعهدة شخصين، ثم احذفوه من هنا.`,
      '',
      'The agency exchanges nothing until the authority has made it active. Next: build the adapter (wasl new adapter).',
    ].join('\n'),
  };
};
