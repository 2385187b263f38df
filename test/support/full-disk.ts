import { execFileSync } from 'node:child_process';
import { readdirSync, readlinkSync, statSync } from 'node:fs';
import { familyOf } from './stopped.ts';

const available = (): boolean => {
  try {
    execFileSync('prlimit', ['--version'], { stdio: 'ignore' });
    return process.platform === 'linux';
  } catch {
    return false;
  }
};

/** False where no process can be made to find its disk full: the suites are then skipped, in one loud line. */
export const FULL_DISK_AVAILABLE = available();
if (!FULL_DISK_AVAILABLE) {
  process.stderr.write('\n!!! FULL-DISK SUITES SKIPPED: they need prlimit (util-linux) on Linux\n\n');
}

/**
 * A disk that is really full for a process and its children, whoever runs them and without mounting anything: the system refuses
 * every write that would make a file longer than `bytes` (RLIMIT_FSIZE: a short write, then EFBIG). `room` takes the limit away.
 */
export const fillDisk = (pid: number, bytes: number): { readonly room: () => void } => {
  const limit = (to: string): void => {
    for (const each of familyOf(pid)) {
      // A process is limited by its own account: a server that root started runs as another.
      const { uid, gid } = statSync(`/proc/${each}`);
      const own = uid === process.getuid?.() ? {} : { uid, gid };
      execFileSync('prlimit', ['--pid', String(each), `--fsize=${to}:`], own);
    }
  };
  limit(String(bytes));
  return { room: () => limit('unlimited') };
};

/** Sizes of the files that a process holds open, by path. */
export const openFiles = (pid: number): ReadonlyMap<string, number> =>
  new Map(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        const path = readlinkSync(`/proc/${pid}/fd/${fd}`);
        return path.startsWith('/') ? [[path, statSync(path).size] as const] : [];
      } catch {
        // Closed meanwhile.
        return [];
      }
    }),
  );
