import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadIdentity, type Revocation, revokeDocument, type Verified } from '../../../adapters/kit/index.ts';
import { WaslError } from '../../kernel/codes.ts';
import { isObject } from '../../kernel/fields.ts';
import { parseStrictJson } from '../../kernel/strict-json.ts';
import { withKit } from '../ask.ts';
import { layoutOf } from '../development/layout.ts';
import type { End } from '../end.ts';
import { textIn } from '../files.ts';
import { statusLines } from '../narrate.ts';
import { readState } from '../state.ts';

export interface RevokeFlags {
  readonly data: string;
  readonly as: string;
  readonly request: string;
  readonly reason?: string;
  /** The settings of the process that issued it. */
  readonly config?: string;
}

/** Revokes a document that an agency delivered. */
export const revoke = async ({ data, as, request, reason, config }: RevokeFlags): Promise<End> => {
  const layout = layoutOf(data);
  const issuers = config === undefined ? [layout.config(`adapter-${as}`), layout.config(`agent-${as}`)] : [config];
  const targets = (await Promise.all(issuers.map(targetIn))).filter((target) => target !== undefined);
  if (targets.length === 0) throw new WaslError('no-identity', { folder: config ?? layout.agency(as) });
  for (const [at, { identity: folder, journal }] of targets.entries()) {
    const identity = await loadIdentity(folder);
    if (identity.agency !== as) throw new WaslError('bad-usage', { what: `${folder} is not the identity of ${as}` });
    try {
      const why = reason === undefined ? {} : { reason };
      return revoked(as, await revokeDocument({ identity, journal, requestId: request, ...why }));
    } catch (error) {
      const elsewhere = error instanceof WaslError && error.code === 'document-not-issued' && at + 1 < targets.length;
      if (!elsewhere) throw error;
    }
  }
  throw new WaslError('document-not-issued', { agency: as, requestId: request });
};

const revoked = (agency: string, { requestId, list, index, already }: Revocation): End => ({
  kind: 'delivered',
  json: { agency, requestId, status: 'revoked', already, list, index },
  text: [
    `The document of request ${requestId} is revoked${already ? ', and was before' : ''}; ${agency} has said so in the registry.`,
    `أُلغيت وثيقة الطلب ${requestId}${already ? '، وكانت ملغاة من قبل' : ''}، وأعلنت الجهة ${agency} ذلك في السجل.`,
  ].join('\n'),
});

/** Identity and journal, as an adapter's or agent's settings name them; undefined when there is no such file. */
const targetIn = async (path: string) => {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const settings = parseStrictJson(text);
  if (!isObject(settings)) throw new WaslError('bad-usage', { what: `${path} holds no settings` });
  const { identity, journal, journalDatabase } = settings;
  if (typeof identity !== 'string') throw new WaslError('bad-usage', { what: `${path} names no identity` });
  if (typeof journal === 'string') return { identity, journal: { dir: journal } };
  if (typeof journalDatabase !== 'string') throw new WaslError('bad-usage', { what: `${path} names no journal` });
  return { identity, journal: { url: (await readFile(journalDatabase, 'utf8')).trim() } };
};

export interface StatusFlags {
  readonly data: string;
  readonly as: string;
  readonly identity?: string;
  readonly gateway?: string;
}

/** Verifies a saved credential, and says whether it was revoked since. */
export const documentStatus = async (file: string, flags: StatusFlags): Promise<End> => {
  const credential = await textIn(file);
  if (!/^[\w-]+(\.[\w-]+){2}~/.test(credential))
    throw new WaslError('bad-usage', { what: `${file} holds no document; wasl request --save writes one` });
  const layout = layoutOf(flags.data);
  const identity = flags.identity ?? layout.agency(flags.as);
  const journal =
    flags.identity === undefined ? layout.journal(flags.as, 'requests') : join(identity, 'journal', 'requests');
  const gateway = flags.gateway ?? (await readState(layout)).gateway;
  return withKit({ identity, journal, gateway }, async (kit) => {
    await kit.ready(10_000);
    return endOf(await kit.verify(credential.trim()));
  });
};

const KINDS = { valid: 'delivered', revoked: 'refused', unknown: 'unavailable' } as const;

const endOf = (verified: Verified): End => {
  const { reason, ...said } = verified;
  return {
    kind: KINDS[verified.status],
    json: { ...said, ...reason },
    text: [
      `signed by ${verified.issuer}, for ${String(verified.always.aud)}: ${String(verified.always.vct)}`,
      ...statusLines(verified),
    ].join('\n'),
  };
};
