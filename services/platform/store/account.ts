import { chownSync, lstatSync, mkdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An account of the system that a server can run as. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * The account to run the server as when this process is root, which PostgreSQL refuses to be: `postgres`, else `nobody`.
 * Undefined when this process is an ordinary user. No account is ever created; throws when there is none.
 */
export function serverAccount(passwd = '/etc/passwd'): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const lines = readFileSync(passwd, 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = lines.find((line) => line.startsWith(`${name}:`))?.split(':') ?? [];
    if (Number(uid) > 0 && Number(gid) > 0) return { name, uid: Number(uid), gid: Number(gid) };
  }
  throw new Error(
    'PostgreSQL refuses to run as root, and there is no account postgres or nobody to run it as. ' +
      'Start as an ordinary user, or create one of these accounts.',
  );
}

/** The folder below which a server started by root keeps its data and binaries: one that other accounts can reach. */
export function rootBase(): string {
  for (const parent of ['/var/lib', tmpdir()]) {
    const base = join(parent, 'wasl');
    try {
      mkdirSync(base, { mode: 0o755 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') continue;
    }
    const { uid, mode } = lstatSync(base);
    // In a folder that others write to, only one that root made and nobody else can write is trusted.
    if (uid === 0 && (mode & 0o170022) === 0o040000) return base;
  }
  throw new Error(
    `root has no folder for PostgreSQL: neither /var/lib/wasl nor ${join(tmpdir(), 'wasl')} can be used.`,
  );
}

/** Makes a folder that only the account can enter. */
export function privateFolder(path: string, account: Account | undefined): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (account !== undefined) chownSync(path, account.uid, account.gid);
}
