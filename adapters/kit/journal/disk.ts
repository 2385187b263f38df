import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** One file, as little of it as a journal needs. Every call rejects with the system's error. */
export interface Disk {
  /** Bytes now; `linked` tells whether the file still stands in a folder. */
  state(): Promise<{ readonly size: number; readonly linked: boolean }>;
  /** Fills from `position`; resolves to the bytes read, 0 at the end. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** Writes all of it, not yet durably. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Makes what was written durable (fdatasync). */
  flush(): Promise<void>;
  /** Drops what stands behind `size`, durably. */
  cut(size: number): Promise<void>;
  close(): Promise<void>;
}

const syncFolder = async (path: string): Promise<void> => {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
};

/** Opens `journal.jsonl` in the folder (made when missing, 0700 and 0600), so that it is found again after a power loss. */
export const openDisk = async (dir: string): Promise<Disk> => {
  const folder = resolve(dir);
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  const handle = await openOrCreate(join(folder, 'journal.jsonl'));
  try {
    await handle.sync();
    await syncFolder(folder);
    if (made !== undefined) await syncFolder(dirname(made));
  } catch (error) {
    await handle.close();
    throw error;
  }
  return {
    state: async () => {
      const { size, nlink } = await handle.stat();
      return { size, linked: nlink > 0 };
    },
    read: async (into, position) => (await handle.read(into, 0, into.length, position)).bytesRead,
    write: async (bytes, position) => {
      let at = 0;
      while (at < bytes.length) at += (await handle.write(bytes, at, bytes.length - at, position + at)).bytesWritten;
    },
    flush: () => handle.datasync(),
    cut: async (size) => {
      await handle.truncate(size);
      await handle.sync();
    },
    close: () => handle.close(),
  };
};

const openOrCreate = async (path: string): Promise<FileHandle> => {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return open(path, 'wx+', 0o600);
  }
};
