import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileName, manifestName, stampOf, TABLES } from './columns.ts';
import { type Export, LIMITS, type Limits, loadExport } from './load.ts';

/** What there is to answer from: a fresh export, one that is too old, or none. */
export type Current =
  | { readonly kind: 'fresh'; readonly export: Export }
  | { readonly kind: 'late' }
  | { readonly kind: 'none' };

/** The newest complete export of a folder, held in memory. */
export interface Exports {
  /** From memory while what is held is fresh; else the folder is looked at first. Rejects when it cannot be read. */
  current(): Promise<Current>;
  /** Looks at the folder and loads what is newer; what is held stays until then. Looks at the same time are one. */
  look(): Promise<void>;
}

export interface ExportsOptions {
  readonly folder: string;
  /** Age in milliseconds beyond which an export is late. */
  readonly maxAgeMs: number;
  readonly now?: () => number;
  /** Hears once why a complete export was not taken. */
  readonly refused?: (stamp: string, why: unknown) => void;
  readonly limits?: Limits;
}

const MANIFEST = /^([0-9]{8}T[0-9]{6}Z)\.manifest\.json$/;
/** How many are tried, from the newest: a folder full of bad ones keeps nobody busy for long. */
const MAX_TRIED = 4;
/** How far the exporter's clock may be ahead; an export of next year would never be late. */
const MAX_AHEAD_MS = 300_000;

export function openExports({
  folder,
  maxAgeMs,
  now = Date.now,
  refused = () => undefined,
  limits = LIMITS,
}: ExportsOptions): Exports {
  let held: { readonly key: string; readonly export: Export } | undefined;
  let bad = new Set<string>();
  let looking: Promise<void> | undefined;

  const newest = async (): Promise<typeof held> => {
    const latest = stampOf(new Date(now() + MAX_AHEAD_MS));
    const stamps = (await readdir(folder))
      .flatMap((name) => MANIFEST.exec(name)?.[1] ?? [])
      .filter((stamp) => stamp <= latest)
      .sort()
      .reverse()
      .slice(0, MAX_TRIED);
    const found = new Set<string>();
    try {
      for (const stamp of stamps) {
        const key = await keyOf(folder, stamp);
        if (key === held?.key) return held;
        found.add(key);
        if (bad.has(key)) continue;
        try {
          return { key, export: await loadExport(folder, stamp, limits) };
        } catch (why) {
          bad.add(key);
          refused(stamp, why);
        }
      }
      return undefined;
    } finally {
      bad = new Set([...bad].filter((key) => found.has(key)));
    }
  };
  const look = (): Promise<void> => {
    looking ??= newest()
      .then((export_) => {
        held = export_;
      })
      .finally(() => {
        looking = undefined;
      });
    return looking;
  };
  const state = (): Current => {
    if (held === undefined) return { kind: 'none' };
    return now() - Date.parse(held.export.exportedAt) > maxAgeMs
      ? { kind: 'late' }
      : { kind: 'fresh', export: held.export };
  };
  return {
    look,
    current: async () => {
      const before = state();
      if (before.kind === 'fresh') return before;
      await look();
      return state();
    },
  };
}

/** Changes whenever a file of the export is written anew: a refused export is tried again then, and only then. */
async function keyOf(folder: string, stamp: string): Promise<string> {
  const names = [manifestName(stamp), ...TABLES.map((table) => fileName(stamp, table))];
  const stats = await Promise.all(names.map((name) => stat(join(folder, name)).catch(() => undefined)));
  return [stamp, ...stats.map((s) => (s ? `${s.ino}-${s.size}-${s.mtimeMs}` : 'none'))].join(' ');
}
