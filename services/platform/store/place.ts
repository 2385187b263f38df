import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Account, privateFolder, rootBase, serverAccount } from './account.ts';
import { copyBinaries, findBinaries, mendBinaries } from './binaries.ts';

/** What stands in `cluster.json` (0600) of a cluster's folder. */
export interface ClusterState {
  /** The folder that holds this file; tells a copied folder from the one it was copied from. */
  readonly home: string;
  /** The folder given to initdb and postgres is `<inner>/data`. */
  readonly inner: string;
  readonly password: string;
  readonly port?: number;
  /** The process that started the server last, and which life of its id it was. */
  readonly owner?: { readonly pid: number; readonly life: string };
}

/** Where one cluster's parts are, and as whom its server runs. */
export interface Place {
  readonly home: string;
  readonly inner: string;
  readonly data: string;
  readonly binaries: string;
  readonly major: string;
  readonly account: Account | undefined;
  readonly state: ClusterState;
}

/** Finds or makes the place of the cluster kept under `dataDir`. */
export async function settle(dataDir: string): Promise<Place> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const home = realpathSync(dataDir);
  const account = serverAccount();
  const found = findBinaries();
  let binaries = found.root;
  let base: string | undefined;
  if (account === undefined) mendBinaries(found.root);
  else {
    base = rootBase();
    binaries = await copyBinaries(found, base);
  }
  const state = readState(home) ?? firstState(home, base);
  if (state.home !== home) refuseCopy(state, home);
  const settled: ClusterState = { ...state, home, inner: account === undefined ? home : state.inner };
  privateFolder(settled.inner, account);
  writeState(settled);
  const data = join(settled.inner, 'data');
  return { home, inner: settled.inner, data, binaries, major: found.major, account, state: settled };
}

/** Writes the state so that a crash leaves the old file or the new one. */
export function writeState(state: ClusterState): void {
  const path = join(state.home, 'cluster.json');
  writeFileSync(`${path}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
}

function readState(home: string): ClusterState | undefined {
  const path = join(home, 'cluster.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as ClusterState) : undefined;
}

function firstState(home: string, base: string | undefined): ClusterState {
  // A random name: a folder that was removed and made again starts empty, whatever an older one has left below the base.
  const inner = base === undefined ? home : join(base, `cluster-${randomBytes(8).toString('hex')}`);
  return { home, inner, password: randomBytes(24).toString('base64url') };
}

function refuseCopy(state: ClusterState, home: string): void {
  const original = readState(state.home);
  if (state.inner !== state.home && original?.inner === state.inner) {
    throw new Error(
      `${home} is a copy of ${state.home}, and both name the data in ${state.inner}. Remove one of them.`,
    );
  }
}
