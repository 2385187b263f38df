import { equalBytes } from '../../../services/kernel/bytes.ts';
import { listsIn } from '../../../services/kernel/status-book.ts';
import {
  deflateStatusList,
  inflateStatusList,
  makeStatusList,
  type StatusList,
  type StatusToken,
  signStatusToken,
  statusUri,
} from '../../../services/kernel/status-list.ts';
import { zlib } from '../../../services/platform/compress/index.ts';
import type { RegistryConnection } from '../../../services/platform/rpc/registry-client.ts';
import type { Identity } from '../identity.ts';
import { VALID_S } from '../issue.ts';
import type { StatusBook } from '../journal/index.ts';
import type { HeldLists } from './held.ts';
import { SLICE_COUNTS_MS } from './places.ts';

/** A list counts so long: who withholds a newer one can do so no longer. As long as the registry may be away. */
const COUNTS_S = 24 * 3600;
/** And is signed anew after so long. */
const RENEW_S = COUNTS_S / 3;

interface Publishing {
  readonly identity: Pick<Identity, 'agency' | 'keys'>;
  readonly book: StatusBook;
  readonly registry: Pick<RegistryConnection, 'submit'>;
  /** What is known to stand; absent when nothing is. */
  readonly lists?: HeldLists;
  readonly now: () => number;
  /** This list alone, unless told. */
  readonly only?: string;
  /** Whether what stands is signed with a key that does not count any more. */
  readonly anew?: boolean;
}

/**
 * Signs and hands in each list of which a document can still be alive, where none stands, where what stands gets old, or says something else than
 * the book; resolves to how many. Rejects as `submit` does: `entity-outdated` when somebody else was quicker.
 */
export const publishLists = async (of: Publishing): Promise<number> => {
  const { identity, book, registry, lists, now, only, anew = false } = of;
  let published = 0;
  for (const { list: name, takenMs, revoked } of listsIn(await book.read())) {
    if (only !== undefined && only !== name) continue;
    if (now() > takenMs + SLICE_COUNTS_MS + VALID_S * 1000) continue;
    const uri = statusUri({ provider: identity.agency, list: name });
    const issuedAt = Math.floor(now() / 1000);
    const list = makeStatusList(revoked);
    const stands = lists?.of(uri);
    if (!anew && stands !== undefined && issuedAt - stands.issuedAt < RENEW_S && same(stands, list)) continue;
    const made = { uri, issuedAt, expiresAt: issuedAt + COUNTS_S, bits: list.bits, lst: deflateStatusList(zlib, list) };
    const token = await signStatusToken(identity.keys.present().signer, made, RENEW_S);
    const { agency: provider } = identity;
    await registry.submit(JSON.stringify({ kind: 'status-list', id: `${provider}/${name}`, provider, token }));
    lists?.take({ statusLists: [made] });
    published += 1;
  }
  return published;
};

const same = (token: StatusToken, list: StatusList): boolean =>
  token.bits === list.bits && equalBytes(inflateStatusList(zlib, token).bytes, list.bytes);
