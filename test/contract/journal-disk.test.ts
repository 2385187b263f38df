import { describe, expect, test } from 'vitest';
import { openDiskJournal } from '../../adapters/kit/journal/disk-journal.ts';
import { EMPTY_HEAD } from '../../services/kernel/journal.ts';
import { type Fault, fakeDisk } from '../support/journal-disk.ts';
import { asked, offered, readAll } from './journal.ts';

describe('a power loss', () => {
  test('takes nothing that was acknowledged, and leaves no line in part, however much of the rest reached the disk', async () => {
    const disk = fakeDisk();
    const journal = await openDiskJournal(disk);
    const head = await journal.append(asked('r-0'));
    disk.fail('flush');
    const group = [1, 2, 3].map((n) => journal.admit(offered(`r-${n}`), 9));
    expect((await Promise.allSettled(group)).map(({ status }) => status)).toEqual(Array(3).fill('rejected'));
    const unflushed = disk.seen.length - disk.powerLoss().seen.length;
    expect(unflushed).toBeGreaterThan(0);
    for (let extra = 0; extra <= unflushed; extra += 1) {
      const after = await openDiskJournal(disk.powerLoss(extra));
      const entries = await readAll(after);
      expect(entries[0]?.body).toEqual(asked('r-0'));
      expect(entries[1]?.previous ?? head.head).toBe(head.head);
      // What stands is remembered, what does not can be admitted.
      for (const n of [1, 2, 3])
        expect(await after.admit(offered(`r-${n}`), 9)).toBe(n < entries.length ? 'seen' : 'admitted');
    }
  });
});

describe('a disk that fails', () => {
  test.each<Fault[][]>([[['write']], [['write-part']], [['write-after']], [['flush']], [['flush-after']]])(
    'at %s rejects the whole group, shows the old head, and admits the same ids once it works',
    async (faults) => {
      const disk = fakeDisk();
      const journal = await openDiskJournal(disk);
      await journal.admit(offered('r-0'), 3);
      const before = await journal.head();
      disk.fail(...faults);
      const group = [journal.admit(offered('r-1'), 3), journal.append(asked('r-2')), journal.admit(offered('r-1'), 3)];
      for (const one of await Promise.allSettled(group)) {
        expect(one).toMatchObject({ status: 'rejected', reason: { code: 'journal-unavailable' } });
      }
      expect(await journal.head()).toEqual(before);
      expect((await readAll(journal)).length).toBe(1);

      expect(await journal.admit(offered('r-1'), 3)).toBe('admitted');
      expect(await journal.admit(offered('r-2'), 3)).toBe('admitted');
      expect(await journal.admit(offered('r-3'), 3)).toBe('quota-spent');
      expect((await readAll(journal)).length).toBe(3);
      expect(disk.powerLoss().seen).toEqual(disk.seen);
      expect(await (await openDiskJournal(disk.powerLoss())).head()).toEqual(await journal.head());
    },
  );

  test('goes on being refused until the rest of the failed write is cut off', async () => {
    const disk = fakeDisk();
    const journal = await openDiskJournal(disk);
    disk.fail('write-part', 'cut', 'cut');
    for (let n = 0; n < 3; n += 1) {
      await expect(journal.append(asked('r-1'))).rejects.toMatchObject({ code: 'journal-unavailable' });
      expect(await journal.head()).toEqual(EMPTY_HEAD);
    }
    expect((await journal.append(asked('r-1'))).size).toBe(1);
    expect((await readAll(journal)).length).toBe(1);
  });

  test('and hides what it had, is damage', async () => {
    const disk = fakeDisk();
    const journal = await openDiskJournal(disk);
    await journal.append(asked('r-1'));
    await journal.append(asked('r-2'));
    disk.fail('flush');
    await expect(journal.append(asked('r-3'))).rejects.toMatchObject({ code: 'journal-unavailable' });
    await disk.write(new Uint8Array([0]), disk.powerLoss().seen.length - 5);
    await expect(journal.append(asked('r-3'))).rejects.toMatchObject({
      code: 'journal-damaged',
      params: { sequence: 1 },
    });
    await expect(journal.append(asked('r-3'))).rejects.toMatchObject({ code: 'journal-damaged' });
  });
});
