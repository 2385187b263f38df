import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  generateEncryptionKey,
  generateSigningKey,
  openerFromJwk,
  primitives,
  signerFromJwk,
} from '../platform/crypto/index.ts';
import { decodeBase64url, encodeBase64url } from './base64url.ts';
import { latin1, utf8 } from './bytes.ts';
import { digestOf, sha256 } from './digest.ts';
import { openSealed, sealTo } from './jwe.ts';
import {
  concatInPieces,
  decodeBase64urlInPieces,
  digestInPieces,
  encodeBase64urlInPieces,
  fromUtf8InPieces,
  PIECE_BYTES,
  sha256InPieces,
} from './pieces.ts';
import { issueSdJwt, verifySdJwt } from './sdjwt.ts';

const { breathe } = primitives;
const code = async (step: () => unknown): Promise<string> => {
  try {
    await step();
    return 'taken';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('in pieces', () => {
  test.each([0, 1, 2, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 2 * PIECE_BYTES, 2 * PIECE_BYTES + 5])(
    'digest, base64url and concatenation of %i bytes are those of the whole',
    async (size) => {
      const bytes = new Uint8Array(randomBytes(size));
      expect(await sha256InPieces(breathe, bytes)).toEqual(sha256(bytes));
      expect(await digestInPieces(breathe, bytes)).toBe(digestOf(bytes));
      const text = await encodeBase64urlInPieces(breathe, bytes);
      expect(latin1(text) === encodeBase64url(bytes)).toBe(true);
      expect(Buffer.from(await decodeBase64urlInPieces(breathe, text)).equals(bytes)).toBe(true);
      const parts = [bytes, utf8('~'), bytes, new Uint8Array()];
      expect(Buffer.from(await concatInPieces(breathe, parts)).equals(Buffer.concat(parts))).toBe(true);
    },
  );

  test('base64url is refused in whatever piece it is wrong', async () => {
    const good = await encodeBase64urlInPieces(breathe, new Uint8Array(randomBytes(3 * PIECE_BYTES)));
    for (const at of [0, 3, PIECE_BYTES - 1, PIECE_BYTES, 2 * PIECE_BYTES + 1, good.length - 1]) {
      for (const wrong of '=+/. é') {
        const bad = Uint8Array.from(good);
        bad[at] = wrong.charCodeAt(0);
        expect(await code(() => decodeBase64urlInPieces(breathe, bad))).toBe('malformed-message');
      }
    }
    expect(await code(() => decodeBase64urlInPieces(breathe, good.subarray(0, -3)))).toBe('malformed-message');
  });

  test('base64url in bytes is taken exactly when the same text is', async () => {
    const unit = fc.constantFrom(...'ABEIMQUYcgkosw048_-=+/ \n\u0000é');
    const text = fc.oneof(
      fc.base64String(),
      fc.array(unit, { maxLength: 9 }).map((all) => all.join('')),
    );
    await fc.assert(
      fc.asyncProperty(text, async (one) => {
        const bytes = Uint8Array.from(Buffer.from(one, 'latin1'));
        const ends = await Promise.all([
          code(() => decodeBase64url(one)),
          code(() => decodeBase64urlInPieces(breathe, bytes)),
        ]);
        expect(ends[1]).toBe(ends[0]);
        if (ends[0] === 'taken') expect(await decodeBase64urlInPieces(breathe, bytes)).toEqual(decodeBase64url(one));
      }),
      { numRuns: 2_000 },
    );
  });

  test.each(['a', 'é', 'س', '😀'])(
    'text of %s is read whole wherever it is cut, and refused where it is no UTF-8',
    async (unit) => {
      for (const shift of [0, 1, 2, 3]) {
        const text = 'x'.repeat(shift) + unit.repeat(Math.ceil((2.5 * PIECE_BYTES) / Buffer.byteLength(unit)));
        const bytes = utf8(text);
        expect((await fromUtf8InPieces(breathe, bytes)) === text).toBe(true);
        for (const at of [PIECE_BYTES - 1, PIECE_BYTES, bytes.length - 1]) {
          const bad = Uint8Array.from(bytes);
          bad[at] = 0xff;
          expect(await code(() => fromUtf8InPieces(breathe, bad))).toBe('malformed-message');
        }
      }
    },
  );
});

describe('a document of megabytes', () => {
  const signer = signerFromJwk(generateSigningKey());
  const opener = openerFromJwk(generateEncryptionKey());
  const always = { iss: 'civil-status' };
  const disclosable = { photo: 'س'.repeat(500_000), scan: 'A'.repeat(3_000_000), name: 'ليث' };

  test('is issued, sealed, opened and verified while other work has its turns', async () => {
    let turns = 0;
    let going = true;
    const turn = (): void => {
      turns += 1;
      if (going) setImmediate(turn);
    };
    turn();
    const credential = await issueSdJwt(signer, primitives, { always, disclosable });
    const sealed = await sealTo(primitives, opener.publicJwk, credential, 'x');
    const opened = await openSealed(primitives, opener, sealed, 'x');
    const read = await verifySdJwt(primitives, signer.publicJwk, opened);
    going = false;
    expect(Buffer.from(opened).equals(credential)).toBe(true);
    expect(read.claims.photo === disclosable.photo && read.claims.scan === disclosable.scan).toBe(true);
    // Each of a dozen passes takes as many turns as there are pieces.
    expect(turns).toBeGreaterThan((8 * 3_000_000) / PIECE_BYTES);
  });

  test('that is nothing but tildes is refused at once, and takes no room for each of them', async () => {
    const { heapUsed } = process.memoryUsage();
    const junk = new Uint8Array(2_000_000).fill('~'.charCodeAt(0));
    expect(await code(() => verifySdJwt(primitives, signer.publicJwk, junk))).toBe('credential-invalid');
    // A part of its own for each was a hundred bytes each: 16 MiB of them ended the process.
    expect(process.memoryUsage().heapUsed - heapUsed).toBeLessThan(50_000_000);
    const most = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`claim${at}`, at]));
    const issued = await issueSdJwt(signer, primitives, { always, disclosable: most });
    expect((await verifySdJwt(primitives, signer.publicJwk, issued)).claims).toEqual(most);
    const more = await issueSdJwt(signer, primitives, { always, disclosable: { ...most, one: 1 } });
    expect(await code(() => verifySdJwt(primitives, signer.publicJwk, more))).toBe('credential-invalid');
  });

  test('does not open with a byte altered in any piece', async () => {
    const plaintext = new Uint8Array(randomBytes(3 * PIECE_BYTES));
    const sealed = await sealTo(primitives, opener.publicJwk, plaintext, 'x');
    for (const at of [1_000, PIECE_BYTES + 1_000, 3 * PIECE_BYTES, sealed.length - 30, sealed.length - 1]) {
      const altered = Uint8Array.from(sealed);
      altered[at] = altered[at] === 0x41 ? 0x51 : 0x41;
      expect(await code(() => openSealed(primitives, opener, altered, 'x'))).not.toBe('taken');
    }
  });
});
