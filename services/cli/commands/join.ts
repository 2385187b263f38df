import { access, mkdir } from 'node:fs/promises';
import { join as at, dirname, resolve } from 'node:path';
import { WaslError } from '../../kernel/codes.ts';
import { spiffeId } from '../../kernel/ids.ts';
import { signAgencyKeys, verifyRegistryKeys } from '../../kernel/key-statements.ts';
import {
  generateEncryptionKey,
  generateSigningKey,
  openerFromJwk,
  primitives,
  requestCertificate,
  signerFromJwk,
  writePrivateFile,
} from '../../platform/crypto/index.ts';
import { callJoin, fetchPinnedCa } from '../../platform/rpc/index.ts';
import type { End } from '../end.ts';
import { readInvitation } from '../invitation.ts';
import { writeBusAddresses } from '../member.ts';

export interface JoinFlags {
  readonly dir: string;
  /** Where the recovery key goes; outside `dir`, for no process of the agency ever needs it. */
  readonly recovery?: string;
}

/**
 * Joins the bus by an invitation. Keys are made here and their private halves stay here; what goes out is a request for a certificate and the
 * public keys, signed by the recovery key, and only to a registry under the authority that the invitation names.
 */
export const join = async (text: string, { dir, recovery }: JoinFlags): Promise<End> => {
  const invitation = readInvitation(text);
  const { agency, trustDomain, root } = invitation;
  const folder = resolve(dir);
  const recoveryFile = resolve(recovery ?? `${agency}-recovery.jwk`);
  if (`${dirname(recoveryFile)}/`.startsWith(`${folder}/`)) {
    throw new WaslError('bad-usage', {
      what: `the recovery key does not belong into ${folder}, which is on a server; --recovery names another place`,
    });
  }
  for (const path of [at(folder, 'pins.json'), recoveryFile]) {
    const there = await access(path).then(
      () => true,
      () => false,
    );
    if (there) throw new WaslError('bad-usage', { what: `${path} is there already, and no key is ever overwritten` });
  }
  const ca = await fetchPinnedCa(invitation.join, invitation.ca);

  const keys = { recovery: generateSigningKey(), signing: generateSigningKey(), encryption: generateEncryptionKey() };
  const signing = signerFromJwk(keys.signing);
  const tls = await requestCertificate(spiffeId(trustDomain, { kind: 'agency', id: agency }));
  const answer = await callJoin(
    { address: invitation.join, ca, trustDomain },
    {
      secret: invitation.secret,
      agency,
      certificateRequest: tls.request,
      keys: await signAgencyKeys(
        signerFromJwk(keys.recovery),
        agency,
        signing.publicJwk,
        openerFromJwk(keys.encryption).publicJwk,
      ),
    },
  );
  const trust = await verifyRegistryKeys(primitives, answer.registryKeys, root).catch((cause: unknown) => {
    throw new WaslError('root-mismatch', { address: invitation.join }, { cause });
  });

  await mkdir(folder, { recursive: true, mode: 0o700 });
  const write = (name: string, body: string): Promise<void> => writePrivateFile(at(folder, name), body);
  await writePrivateFile(recoveryFile, `${JSON.stringify(keys.recovery)}\n`);
  await write('signing.jwk', JSON.stringify(keys.signing));
  await write('encryption.jwk', JSON.stringify(keys.encryption));
  await write('tls.key', tls.key);
  await write('tls.crt', answer.certificate);
  await write('ca.crt', ca);
  await writeBusAddresses(folder, answer);
  // Last, for by it a folder is seen to be whole.
  await write(
    'pins.json',
    `${JSON.stringify({ agency, trustDomain, authority: root, audit: trust.audit }, null, 2)}\n`,
  );
  return {
    kind: 'delivered',
    json: { agency, identity: folder, recoveryKey: recoveryFile, registry: answer.registry, gateways: answer.gateways },
    text: [
      `${agency} has joined ${trustDomain}. Its keys and certificate are in ${folder}; they were made here and never left.`,
      '',
      `The recovery key is ${recoveryFile}. Move it NOW to a place off this machine that two people guard, and delete it here:`,
      'it alone can name new keys for your agency after a theft, and no running system ever needs it.',
      `مفتاح الاسترداد في الملف أعلاه. انقلوه الآن إلى مكان خارج هذا الجهاز بعهدة شخصين، ثم احذفوه من هنا.`,
      '',
      'The agency exchanges nothing until the authority has made it active. Next: build the adapter (wasl new adapter).',
    ].join('\n'),
  };
};
