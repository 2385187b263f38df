import { spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openFileJournal } from '../../adapters/kit/journal/index.ts';
import { journalBody, linkJournal } from '../../services/kernel/journal.ts';
import { asked, journalContract, offered, readAll } from './journal.ts';

let base = '';
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'wasl-journal-'));
});
afterAll(() => rm(base, { recursive: true, force: true }));
const newDir = () => mkdtemp(join(base, 'j-'));

describe('the file journal keeps the contract', () => {
  journalContract(async () => {
    const dir = join(await newDir(), 'made', 'by-it');
    return { open: () => openFileJournal({ dir }) };
  });
});

/** A folder with a journal of `count` admitted requests and one line more. */
const filled = async (count: number): Promise<string> => {
  const dir = await newDir();
  const journal = await openFileJournal({ dir });
  for (let n = 0; n < count; n += 1) await journal.admit(offered(`r-${n}`), 100);
  await journal.append(asked('كلمة أخيرة'));
  await journal.close();
  return dir;
};

describe('a crash', () => {
  test('right after an entry was acknowledged leaves it in the file', async () => {
    const dir = await newDir();
    const journal = await openFileJournal({ dir });
    for (let n = 0; n < 5; n += 1) {
      await journal.admit(offered(`r-${n}`), 100);
      const copy = await newDir();
      await cp(join(dir, 'journal.jsonl'), join(copy, 'journal.jsonl'));
      const after = await openFileJournal({ dir: copy });
      expect((await readAll(after)).length).toBe(n + 1);
      expect(await after.admit(offered(`r-${n}`), 100)).toBe('seen');
      await after.close();
    }
    await journal.close();
  });

  test('in the middle of a line, at whatever byte, leaves every line before it, and the chain goes on', async () => {
    const dir = await filled(2);
    const path = join(dir, 'journal.jsonl');
    const whole = await readFile(path);
    const keep = whole.lastIndexOf(10, whole.length - 2) + 1;
    for (let size = keep; size < whole.length; size += 1) {
      await writeFile(path, whole);
      await truncate(path, size);
      const journal = await openFileJournal({ dir });
      expect((await journal.head()).size).toBe(2);
      await journal.append(asked('r-9'));
      expect((await readAll(journal)).length).toBe(3);
      await journal.close();
    }
  }, 60_000);
});

describe('damage', () => {
  const damagedAt = async (change: (lines: string[]) => void): Promise<unknown> => {
    const dir = await filled(5);
    const path = join(dir, 'journal.jsonl');
    const lines = (await readFile(path, 'utf8')).split('\n');
    change(lines);
    await writeFile(path, lines.join('\n'));
    return openFileJournal({ dir }).then(
      () => 'opened',
      (error) => ({ code: error.code, ...error.params }),
    );
  };

  test('a line that is gone, doubled, swapped, broken or altered is named with the sequence where the chain stops', async () => {
    const at = (sequence: number) => ({ code: 'journal-damaged', sequence });
    expect(await damagedAt((lines) => lines.splice(2, 1))).toEqual(at(2));
    expect(await damagedAt((lines) => lines.splice(2, 0, lines[2] ?? ''))).toEqual(at(3));
    expect(await damagedAt((lines) => lines.splice(2, 2, lines[3] ?? '', lines[2] ?? ''))).toEqual(at(2));
    expect(await damagedAt((lines) => lines.splice(2, 1, '\0'.repeat(64)))).toEqual(at(2));
    expect(await damagedAt((lines) => lines.splice(2, 1, ` ${lines[2]}`))).toEqual(at(2));
    expect(await damagedAt((lines) => lines.splice(2, 0, ''))).toEqual(at(2));
    // Altered well, it is found by the digest in the line behind it.
    expect(await damagedAt((lines) => lines.splice(2, 1, (lines[2] ?? '').replace('r-2', 'r-7')))).toEqual(at(3));
    // A last line that is whole but wrong was not torn by a crash.
    expect(await damagedAt((lines) => lines.splice(5, 1, '{}'))).toEqual(at(5));
  });

  test('done to the file of an open journal is found by the reader, and by the next append', async () => {
    const dir = await filled(3);
    const path = join(dir, 'journal.jsonl');
    const journal = await openFileJournal({ dir });
    const whole = await readFile(path);
    const read = async () => {
      for await (const _ of journal.read());
    };
    const { line: last } = linkJournal({ size: 3, head: null }, 1, journalBody(asked('x')));
    await writeFile(path, Buffer.concat([whole, Buffer.from(`${last}\n`)]));
    await expect(read()).resolves.toBeUndefined();
    await writeFile(path, Buffer.from(whole.toString('utf8').replace('كلمة', 'كلمه')));
    await expect(read()).rejects.toMatchObject({ code: 'journal-damaged', params: { sequence: 3 } });
    await truncate(path, whole.indexOf(10) + 1);
    await expect(read()).rejects.toMatchObject({ code: 'journal-damaged', params: { sequence: 1 } });
    await expect(journal.append(asked('r-9'))).rejects.toMatchObject({
      code: 'journal-damaged',
      params: { sequence: 1 },
    });
    await journal.close();
  });

  test('a second writer that got past the lock is found by the length of the file', async () => {
    const dir = await filled(3);
    const path = join(dir, 'journal.jsonl');
    const journal = await openFileJournal({ dir });
    const whole = await readFile(path);
    await writeFile(path, Buffer.concat([whole, whole.subarray(0, 50)]));
    await expect(journal.admit(offered('r-9'), 100)).rejects.toMatchObject({ code: 'journal-damaged' });
    await journal.close();
  });

  test('a journal whose file was removed acknowledges nothing more', async () => {
    const dir = await filled(1);
    const journal = await openFileJournal({ dir });
    await rm(join(dir, 'journal.jsonl'));
    await expect(journal.append(asked('r-9'))).rejects.toMatchObject({ code: 'journal-unavailable' });
    await journal.close();
  });
});

describe('one writer', () => {
  test('a second one is refused while the first lives, and let in when it closed', async () => {
    const dir = await newDir();
    const first = await openFileJournal({ dir });
    const refusal = { code: 'data-folder-in-use', params: { folder: dir, pid: process.pid } };
    await expect(openFileJournal({ dir })).rejects.toMatchObject(refusal);
    await expect(openFileJournal({ dir })).rejects.toMatchObject(refusal);
    await first.append(asked('r-1'));
    await first.close();
    await (await openFileJournal({ dir })).close();
    expect(await readdir(dir)).toEqual(['journal.jsonl']);
  });

  test('of many that come at once no two stay', async () => {
    const dir = await newDir();
    const all = await Promise.allSettled(Array.from({ length: 20 }, () => openFileJournal({ dir })));
    const stayed = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(stayed.length).toBeLessThanOrEqual(1);
    for (const journal of stayed) await journal.close();
    await (await openFileJournal({ dir })).close();
  });

  test('the lock of a process that died, or whose id another has now, is litter', async () => {
    const dir = await newDir();
    const child = spawn(process.execPath, ['-e', '']);
    await new Promise((resolve) => child.once('exit', resolve));
    await writeFile(join(dir, `writer.${child.pid}.123.0-0.lock`), '');
    await writeFile(join(dir, `writer.${process.pid}.1.0-0.lock`), '');
    const journal = await openFileJournal({ dir });
    expect((await readdir(dir)).filter((name) => name.endsWith('.lock')).length).toBe(1);
    await journal.close();
  });

  test('a folder that cannot be used is a wrong setting', async () => {
    const dir = await newDir();
    await writeFile(join(dir, 'file'), '');
    await expect(openFileJournal({ dir: join(dir, 'file') })).rejects.toMatchObject({ code: 'config-invalid' });
  });
});
