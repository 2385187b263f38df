import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** A process and its children, the parent first. */
export const familyOf = (pid: number): number[] => [
  pid,
  ...parents().flatMap(([id, parent]) => (parent === pid ? [id] : [])),
];

const parents = (): readonly (readonly [pid: number, parent: number])[] => {
  if (process.platform !== 'linux') {
    const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
    return rows.map((row) => row.trim().split(/\s+/).map(Number) as [number, number]);
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        // proc(5): the parent is the second field behind the command's name, which may hold anything.
        return [[Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])] as const];
      } catch {
        // It has ended meanwhile.
        return [];
      }
    });
};

/** Stops a server where it stands: its connections stay open and nothing answers. `go` lets it run on. */
export const stopInPlace = (pid: number): { readonly go: () => void } => {
  const signal = (name: NodeJS.Signals, pids: readonly number[]): void => {
    for (const each of pids) {
      try {
        process.kill(each, name);
      } catch {
        // A child that ended by itself.
      }
    }
  };
  // The parent first, so that it makes no child behind our back.
  signal('SIGSTOP', [pid]);
  const family = familyOf(pid);
  signal('SIGSTOP', family);
  return { go: () => signal('SIGCONT', family.toReversed()) };
};
