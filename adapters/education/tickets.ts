import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Tickets of deferred answers: each is a MAC over what was asked, so nobody needs to remember it. */
export interface Tickets {
  give(asked: Asked): string;
  isFor(ticket: string, asked: Asked): boolean;
}

/** A ticket counts for the request that it was given to, for the same document about the same person. */
export interface Asked {
  readonly requestId: string;
  readonly documentType: string;
  readonly subject: { readonly scheme: string; readonly value: string };
}

const KEY_BYTES = 32;

/** Opens the key in `folder`, made there at the first start (mode 0600). */
export async function openTickets(folder: string): Promise<Tickets> {
  const key = await keyIn(folder);
  const mac = ({ requestId, documentType, subject }: Asked): Buffer =>
    createHmac('sha256', key)
      .update(JSON.stringify([requestId, documentType, subject.scheme, subject.value]))
      .digest();
  return {
    give: (asked) => mac(asked).toString('base64url'),
    isFor: (ticket, asked) => {
      const given = Buffer.from(ticket);
      const right = Buffer.from(mac(asked).toString('base64url'));
      return given.length === right.length && timingSafeEqual(given, right);
    },
  };
}

async function keyIn(folder: string): Promise<Buffer> {
  const path = join(folder, 'ticket.key');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const made = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(made, 'wx', 0o600);
  try {
    await file.writeFile(randomBytes(KEY_BYTES));
    await file.sync();
    // The first of several replicas wins; a crash before this leaves no half-written key under the name that counts.
    await link(made, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await file.close();
    await rm(made);
  }
  const key = await readFile(path);
  if (key.length !== KEY_BYTES) throw new RangeError(`${path} is not a key of ${KEY_BYTES} bytes`);
  return key;
}
