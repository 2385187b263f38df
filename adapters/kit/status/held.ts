import type { RegistryCopy } from '../../../services/kernel/copy.ts';
import type { StatusToken } from '../../../services/kernel/status-list.ts';
import type { Logger } from '../../../services/platform/log/index.ts';

/** The newest status lists that any copy of the registry brought: an older one never takes the place of a newer. */
export interface HeldLists {
  take(copy: Pick<RegistryCopy, 'statusLists'>): void;
  of(uri: string): StatusToken | undefined;
}

export const holdLists = (log: Logger): HeldLists => {
  const held = new Map<string, StatusToken>();
  return {
    of: (uri) => held.get(uri),
    take: ({ statusLists }) => {
      for (const token of statusLists) {
        const { uri, issuedAt, lst } = token;
        const known = held.get(uri);
        if (known === undefined || issuedAt > known.issuedAt) held.set(uri, token);
        // A provider signs each later list later; whoever brings an earlier one would have something forgotten.
        else if (issuedAt < known.issuedAt || lst !== known.lst)
          log.error({ uri, code: 'registry-rollback' }, 'an older status list was brought; the newer one stays');
      }
    },
  };
};
