import type { ReadResponse } from '../../../proto/gen/wasl/registry/v1/registry.ts';
import type { Peer } from '../../kernel/ids.ts';
import { concerns } from '../domain/owner.ts';
import type { RegistryState } from './state.ts';

/** Of a page's entities together, unless one alone is longer: however much stands, gRPC takes each. */
const PAGE_CHARACTERS = 1024 * 1024;

/** What stands and concerns a peer, a page at a time, in the order of the keys; `after` is the key that the page before ended with. */
export const makePages = (
  state: Pick<RegistryState, 'standing' | 'version'>,
): ((peer: Peer, after: string) => ReadResponse) => {
  let sorted: { readonly version: number; readonly keys: readonly string[] } = { version: -1, keys: [] };
  const keysNow = (): readonly string[] => {
    const version = state.version();
    if (sorted.version !== version) sorted = { version, keys: [...state.standing().keys()].sort() };
    return sorted.keys;
  };
  return (peer, after) => {
    const keys = keysNow();
    const entities: string[] = [];
    let size = 0;
    let next = '';
    for (let at = firstAfter(keys, after), last = ''; at < keys.length; at += 1) {
      const key = keys[at] as string;
      const entity = state.standing().get(key);
      if (entity === undefined || !concerns(entity, peer)) continue;
      const text = JSON.stringify(entity);
      size += text.length;
      if (size > PAGE_CHARACTERS && last !== '') {
        next = last;
        break;
      }
      entities.push(text);
      last = key;
    }
    return { entities, version: BigInt(state.version()), next };
  };
};

const firstAfter = (keys: readonly string[], after: string): number => {
  let [from, to] = [0, keys.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((keys[middle] as string) <= after) from = middle + 1;
    else to = middle;
  }
  return from;
};
