import { readdirSync, readFileSync } from 'node:fs';

/** Ticks a second of proc(5); Linux has no other value in practice. */
const TICKS = 100;

interface Stat {
  readonly parent: number;
  /** Processor time of all its threads, user and system, ms. */
  readonly ms: number;
  /** The same of its children that have ended. */
  readonly childrenMs: number;
}

const statOf = (pid: number): Stat | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [parent = 0] = fields.slice(1);
    const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15);
    return { parent, ms: ((user + system) * 1000) / TICKS, childrenMs: ((endedUser + endedSystem) * 1000) / TICKS };
  } catch {
    return undefined;
  }
};

/** Processor time that a process and its children have used so far, ms; Linux alone. */
export const cpuMs = (pid: number): number => {
  const own = statOf(pid);
  if (own === undefined) return Number.NaN;
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => statOf(Number(name)) ?? [])
    .filter(({ parent }) => parent === pid);
  return children.reduce((sum, { ms }) => sum + ms, own.ms + own.childrenMs);
};

/** Resident size of a process, MB. */
export const residentMb = (pid: number): number => {
  const [, pages = '0'] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ');
  return (Number(pages) * 4096) / 1e6;
};

/** Processor time of some processes between `begin` and `end`, ms. */
export const meter = (pids: Readonly<Record<string, number>>) => {
  const read = (): number[] => Object.values(pids).map(cpuMs);
  let from = read();
  return {
    begin: (): void => {
      from = read();
    },
    end: (): Record<string, number> => {
      const to = read();
      return Object.fromEntries(Object.keys(pids).map((name, at) => [name, (to[at] ?? 0) - (from[at] ?? 0)]));
    },
  };
};
