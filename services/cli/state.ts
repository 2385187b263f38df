import { readFile } from 'node:fs/promises';
import { WaslError } from '../kernel/codes.ts';
import { writePrivateFile } from '../platform/crypto/index.ts';
import type { Layout } from './development/layout.ts';
import { isHeld } from './development/lock.ts';

/** One process that an `up` started. `listen` is where it serves others, `ops` where /readyz answers; both host:port. */
export interface ProcessState {
  readonly name: string;
  readonly pid: number;
  readonly listen?: string;
  readonly ops?: string;
}

/** What an `up` writes of itself for the other commands. */
export interface UpState {
  readonly gateway: string;
  /** host:port of the registry of schemas. */
  readonly schemaRegistry?: string;
  readonly processes: readonly ProcessState[];
}

export const writeState = (layout: Layout, state: UpState): Promise<void> =>
  writePrivateFile(layout.state, `${JSON.stringify(state, null, 2)}\n`);

/** The state of the `up` that runs over a folder; `data-folder-unreadable` or `not-running`. */
export const readState = async (layout: Layout): Promise<UpState> => {
  const text = await readFile(layout.state, 'utf8').catch(() => undefined);
  if (text === undefined) throw new WaslError('data-folder-unreadable', { folder: layout.root });
  if (!isHeld(layout.root)) throw new WaslError('not-running', { folder: layout.root });
  return JSON.parse(text) as UpState;
};
