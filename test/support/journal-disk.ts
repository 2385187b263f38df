import type { Disk } from '../../adapters/kit/journal/disk.ts';

/** Where a disk fails: `after` means that the bytes reached it, and only the word of it was lost. */
export type Fault = 'write' | 'write-part' | 'write-after' | 'flush' | 'flush-after' | 'cut';

export interface FakeDisk extends Disk {
  /** The next call of that kind fails, once for each name given. */
  fail(...faults: Fault[]): void;
  /** What a reader sees now. */
  readonly seen: Uint8Array;
  /** What a power loss leaves: what was flushed, and `extra` bytes of what was not. */
  powerLoss(extra?: number): FakeDisk;
}

/** A disk in memory that forgets what was not flushed, and fails when told. */
export const fakeDisk = (content: Uint8Array = new Uint8Array(0)): FakeDisk => {
  let seen = content;
  let durable = content;
  const faults: Fault[] = [];
  const due = (fault: Fault): boolean => {
    const at = faults.indexOf(fault);
    if (at >= 0) faults.splice(at, 1);
    return at >= 0;
  };
  const broken = (code: string): Error => Object.assign(new Error(code), { code });
  const put = (bytes: Uint8Array, position: number): void => {
    const next = new Uint8Array(Math.max(seen.length, position + bytes.length));
    next.set(seen);
    next.set(bytes, position);
    seen = next;
  };
  return {
    fail: (...more) => void faults.push(...more),
    get seen() {
      return seen;
    },
    powerLoss: (extra = 0) => fakeDisk(seen.slice(0, Math.min(seen.length, durable.length + extra))),
    state: async () => ({ size: seen.length, linked: true }),
    read: async (into, position) => {
      const part = seen.subarray(position, position + into.length);
      into.set(part);
      return part.length;
    },
    write: async (bytes, position) => {
      if (due('write')) throw broken('ENOSPC');
      const part = due('write-part');
      put(part ? bytes.subarray(0, bytes.length >> 1) : bytes, position);
      if (part) throw broken('ENOSPC');
      if (due('write-after')) throw broken('EIO');
    },
    flush: async () => {
      if (due('flush')) throw broken('EIO');
      durable = seen;
      if (due('flush-after')) throw broken('EIO');
    },
    cut: async (size) => {
      if (due('cut')) throw broken('EIO');
      seen = seen.slice(0, size);
      durable = seen;
    },
    close: async () => {},
  };
};
