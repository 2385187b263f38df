import { encodeBase64url } from '../../kernel/base64url.ts';
import { fromUtf8, room, utf8 } from '../../kernel/bytes.ts';
import type { KeepText, RecordText } from '../../kernel/copy.ts';
import { press, restore } from '../compress/index.ts';

/** Bytes of one board, some twenty agreements: of more, one alone would take longer to read. */
const BOARD_BYTES = 64 * 1024;

/** Bytes of one piece of a stack. */
const STACK_BYTES = 1024 * 1024;

/** Bytes that stay, away from all that comes and goes beside them: between that they would hold on to far more memory than their own. */
class Stack {
  #piece = room(0);
  #used = 0;

  /** Gives the copy that stays. */
  add(bytes: Uint8Array): Uint8Array {
    if (bytes.length > this.#piece.length - this.#used) {
      this.#piece = room(Math.max(STACK_BYTES, bytes.length));
      this.#used = 0;
    }
    const place = this.#piece.subarray(this.#used, this.#used + bytes.length);
    place.set(bytes);
    this.#used += bytes.length;
    return place;
  }
}

/** Texts that stand together, and are pressed together once no more will come. */
class Board {
  #bytes: Uint8Array;
  #size = 0;
  #closed = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Bytes that are still free. */
  get free(): number {
    return this.#closed ? 0 : this.#bytes.length - this.#size;
  }

  /** Gives the place where they begin. */
  add(bytes: Uint8Array): number {
    const from = this.#size;
    this.#bytes.set(bytes, from);
    this.#size += bytes.length;
    return from;
  }

  /** From here on the room that it was given is anybody's. */
  close(stack: Stack): void {
    this.#bytes = stack.add(press(this.#bytes.subarray(0, this.#size)));
    this.#closed = true;
  }

  read(from: number, to: number): Uint8Array {
    return (this.#closed ? restore(this.#bytes, this.#size) : this.#bytes).subarray(from, to);
  }
}

/** One text on a board: its header and signature, then its payload. Without a payload, all of it. */
class ShelvedText implements RecordText {
  readonly #board: Board;
  readonly #from: number;
  readonly #middle: number;
  readonly #to: number;

  constructor(board: Board, front: Uint8Array, payload: Uint8Array) {
    this.#board = board;
    this.#from = board.add(front);
    this.#middle = board.add(payload);
    this.#to = this.#middle + payload.length;
  }

  read(): string {
    const bytes = this.#board.read(this.#from, this.#to);
    const length = this.#middle - this.#from;
    const front = fromUtf8(bytes.subarray(0, length));
    if (this.#middle === this.#to) return front;
    const dot = front.indexOf('.');
    return `${front.slice(0, dot)}.${encodeBase64url(bytes.subarray(length))}${front.slice(dot)}`;
  }
}

const NOTHING = new Uint8Array(0);

/**
 * Keeps the texts of a whole registry in a fifth of their room, and gives each back byte for byte. Nearly all are read once in a while: when an agreement is
 * first asked for, and when a kit connects. Only memory has this form. Nothing is taken off a shelf before all of it goes: it is for what is loaded, not for
 * what changes afterwards.
 */
export const makeShelf = (): KeepText => {
  const stack = new Stack();
  const open = room(BOARD_BYTES);
  let board = new Board(open);
  const boardFor = (length: number): Board => {
    if (length > BOARD_BYTES) return new Board(room(length));
    if (length > board.free) {
      board.close(stack);
      board = new Board(open);
    }
    return board;
  };
  return (text, payload) => {
    const [first, last] = [text.indexOf('.'), text.lastIndexOf('.')];
    // Another spelling of the same bytes would not come back.
    const apart = payload.length > 0 && encodeBase64url(payload) === text.slice(first + 1, last);
    const front = utf8(apart ? `${text.slice(0, first)}${text.slice(last)}` : text);
    const rest = apart ? payload : NOTHING;
    const on = boardFor(front.length + rest.length);
    const shelved = new ShelvedText(on, front, rest);
    if (on !== board) on.close(stack);
    return shelved;
  };
};
