import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WaslError } from '../../kernel/codes.ts';
import { lifeOf } from '../../platform/store/processes.ts';

/** Who holds a data folder: a process id, and which life of that id it was. */
interface Holder {
  readonly pid: number;
  readonly life: string;
}

const readHolder = (path: string): Holder | undefined => {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
};

const stands = (holder: Holder | undefined): boolean => holder !== undefined && lifeOf(holder.pid) === holder.life;

/** Whether an `up` runs over this folder now. */
export const isHeld = (folder: string): boolean => stands(readHolder(join(folder, 'up.lock')));

/**
 * Takes the folder for this process, or throws `data-folder-in-use`. A lock left by a killed process is taken over. Returns what gives it back.
 */
export const takeFolder = (folder: string): (() => void) => {
  const path = join(folder, 'up.lock');
  const own = `${path}.${process.pid}`;
  writeFileSync(own, JSON.stringify({ pid: process.pid, life: lifeOf(process.pid) ?? '' }), { mode: 0o600 });
  try {
    for (let tries = 0; tries < 3; tries += 1) {
      if (linked(own, path)) return () => rmSync(path, { force: true });
      const holder = readHolder(path);
      if (stands(holder)) throw new WaslError('data-folder-in-use', { folder, pid: holder?.pid ?? 0 });
      clearAside(path, `${own}.stale`);
    }
    throw new WaslError('data-folder-in-use', { folder, pid: 0 });
  } finally {
    rmSync(own, { force: true });
  }
};

/** A hard link is made whole or not at all, and by one process only. */
const linked = (from: string, to: string): boolean => {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
};

/** Moves a dead lock away. Between reading and moving another may have taken the folder: a lock of the living goes back. */
const clearAside = (path: string, aside: string): void => {
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (stands(readHolder(aside))) linked(aside, path);
  rmSync(aside, { force: true });
};
