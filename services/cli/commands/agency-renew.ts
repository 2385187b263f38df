import { resolve } from 'node:path';
import { loadIdentity, renewCertificate } from '../../../adapters/kit/index.ts';
import { validityOf } from '../../platform/crypto/index.ts';
import type { End } from '../end.ts';

/** Renews an agency's certificate now. Its running processes take the new one up by themselves. */
export const renewAgency = async ({ dir }: { readonly dir: string }): Promise<End> => {
  const identity = await loadIdentity(resolve(dir));
  const { cert } = await renewCertificate(identity, identity.tls);
  const { serial, untilMs } = validityOf(cert);
  const until = new Date(untilMs).toISOString();
  return {
    kind: 'delivered',
    json: { agency: identity.agency, identity: resolve(dir), validUntil: until, serial: serial.toLowerCase() },
    text: [
      `The certificate of ${identity.agency} has been renewed and is valid until ${until}. Its running processes take it up within a minute.`,
      `جُددت شهادة الجهة، وهي سارية حتى ${until}. تأخذ العمليات الجارية بالشهادة الجديدة خلال دقيقة.`,
    ].join('\n'),
  };
};
