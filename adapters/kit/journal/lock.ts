import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { WaslError } from '../../../services/kernel/codes.ts';
import { lifeOf } from '../../../services/platform/store/processes.ts';

const NAME = /^writer\.(\d+)\.([^.]*)\.[0-9a-f-]+\.lock$/;

/**
 * Makes this process the folder's one writer; resolves to what gives it up. `data-folder-in-use` when a living process is.
 *
 * Each comer first leaves a file of its own, whose name says process id and start time, then looks for others. So of two at once
 * both may withdraw, but never both stay; and a file left by a dead process is only litter, with no moment in which taking it
 * over could remove a living one's. It keeps apart the processes of one machine; the file's length guards against others.
 */
export const lockFolder = async (dir: string): Promise<() => Promise<void>> => {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const life = encodeURIComponent(lifeOf(process.pid) ?? '').replaceAll('.', '%2E');
  const own = `writer.${process.pid}.${life}.${randomUUID()}.lock`;
  const release = () => rm(join(dir, own), { force: true });
  await (await open(join(dir, own), 'wx', 0o600)).close();
  try {
    const others = (await readdir(dir)).filter((name) => name !== own && NAME.test(name));
    const dead: string[] = [];
    for (const name of others) {
      const [, pid, held] = NAME.exec(name) ?? [];
      const now = lifeOf(Number(pid));
      const alive = now !== undefined && encodeURIComponent(now).replaceAll('.', '%2E') === held;
      if (alive) throw new WaslError('data-folder-in-use', { folder: dir, pid: Number(pid) });
      dead.push(name);
    }
    for (const name of dead) await rm(join(dir, name), { force: true });
  } catch (error) {
    await release();
    throw error;
  }
  return release;
};
