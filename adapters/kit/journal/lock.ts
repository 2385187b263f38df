import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WaslError } from '../../../services/kernel/codes.ts';
import { lifeOf } from '../../../services/platform/store/processes.ts';

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');

/** Holds a folder for this process; returns how to let go. A lock that a dead process left is taken over; a living holder is `journal-unavailable`. */
export const lockFolder = async (dir: string): Promise<() => Promise<void>> => {
  const path = join(dir, 'lock');
  const mine = `${process.pid} ${lifeOf(process.pid) ?? ''}`;
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      await writeFile(path, mine, { flag: 'wx', mode: 0o600 });
      return () => rm(path, { force: true });
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw new WaslError('journal-unavailable', {}, { cause: error });
    }
    const [pid, ...life] = (await readFile(path, 'utf8').catch(() => '')).split(' ');
    const alive = lifeOf(Number(pid));
    if (alive !== undefined && alive === life.join(' ')) break;
    await rm(path, { force: true });
  }
  throw new WaslError('journal-unavailable');
};
