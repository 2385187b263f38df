import { utf8 } from './bytes.ts';
import { sha256 } from './digest.ts';

/** The first 128 bits of an id's SHA-256, in four words. Two ids that share them would cost 2^64 tries, and end as `seen`. */
const wordsOf = (id: string): Uint32Array => new Uint32Array(sha256(utf8(id)).buffer, 0, 4);

/** A set of ids that only grows, 16 bytes a slot (open addressing, at most two thirds full): some 30 MB for a million. */
export class IdSet {
  #slots = new Uint32Array(4 * 1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(id: string): boolean {
    return this.#size > 0 && !this.#free(this.#find(wordsOf(id)));
  }

  /** False when it was there before. */
  add(id: string): boolean {
    const words = wordsOf(id);
    const at = this.#find(words);
    if (!this.#free(at)) return false;
    this.#slots.set(words, at);
    this.#size += 1;
    if (this.#size * 6 > this.#slots.length) this.#grow();
    return true;
  }

  #free(at: number): boolean {
    const slots = this.#slots;
    return slots[at] === 0 && slots[at + 1] === 0 && slots[at + 2] === 0 && slots[at + 3] === 0;
  }

  /** The slot that holds the words, or the free one where they belong. */
  #find(words: Uint32Array): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let at = ((words[0] ?? 0) * 4) & mask;
    for (;;) {
      const same =
        slots[at] === words[0] &&
        slots[at + 1] === words[1] &&
        slots[at + 2] === words[2] &&
        slots[at + 3] === words[3];
      if (same || this.#free(at)) return at;
      at = (at + 4) & mask;
    }
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(old.length * 2);
    for (let at = 0; at < old.length; at += 4) {
      const words = old.subarray(at, at + 4);
      if (words.some((word) => word !== 0)) this.#slots.set(words, this.#find(words));
    }
  }
}
