import type { Beside } from '../../kernel/batch.ts';
import type { Code, Params } from '../../kernel/codes.ts';
import type { RegistryCopy } from '../../kernel/copy.ts';
import type { EntryBody } from '../../kernel/evidence.ts';
import type { AgencyId, DocumentType, RequestId } from '../../kernel/ids.ts';

/**
 * The gateway's chain of evidence. `record` MUST resolve, with the entry's receipt, only once the entry is durable on the bus. It
 * rejects `evidence-unavailable` when that is not known in time: the entry may then still appear, so a rejected write is never made
 * good by another one.
 */
export interface Evidence {
  record(body: EntryBody, beside?: Beside): Promise<string>;
}

/** One request as it is handed to a provider's replica. */
export interface Offered {
  readonly requestId: RequestId;
  readonly requester: AgencyId;
  readonly statement: string;
  readonly privatePart: Uint8Array;
  readonly requestedReceipt: string;
  readonly traceparent?: string;
}

/** What a replica said, and how to tell it what became of that. */
export interface ProviderReply {
  readonly statement: string;
  readonly sealedDocument: Uint8Array;
  recorded(answeredReceipt: string): void;
  declined(code: Code): void;
  /** Gives back the room that the document takes. */
  release(): void;
}

export type OfferEnd =
  | { readonly kind: 'reply'; readonly reply: ProviderReply }
  /** `busy`: an answer came, and there is no room for its document now. */
  | { readonly kind: 'lost' | 'expired' | 'busy' };

/** A place held at one replica; MUST be ended by `offer` or `release`. */
export interface Slot {
  /**
   * Hands the request over and waits for the answer, the loss of the replica, or `withinMs` (then the replica is told to cancel, and
   * an answer that comes all the same goes to `late`). MUST hand it to at most one replica.
   */
  offer(offered: Offered, withinMs: number, late: (reply: ProviderReply) => void): Promise<OfferEnd>;
  release(): void;
}

/** The providers' replicas that are attached to this gateway. `reserve` takes the least busy one that has credit. */
export interface Providers {
  reserve(provider: AgencyId, documentType: DocumentType): Slot | 'provider-not-connected' | 'provider-busy';
}

/** The newest verified copy of the registry; undefined until there is a first. */
export type HoldCopy = () => RegistryCopy | undefined;

/** A refusal before it is signed. */
export interface Refused {
  readonly code: Code;
  readonly params: Params;
  readonly retryAfterMs?: number;
}

/** What a requester asked, as it came off the wire. */
export interface Asked {
  /** Whose certificate it was. */
  readonly peer: AgencyId;
  readonly statement: string;
  readonly privatePart: Uint8Array;
  readonly traceparent?: string;
  /** Resolves once the requester's call is over: until then what it is sent may still be held here. */
  readonly over: Promise<void>;
}

/** How an exchange ended, for the requester. Texts are the exact bytes that were signed. */
export type Exchanged =
  | {
      readonly kind: 'answer';
      readonly requestId: RequestId;
      readonly statement: string;
      readonly sealedDocument: Uint8Array;
      readonly requestedReceipt: string;
      readonly answeredReceipt: string;
    }
  | {
      readonly kind: 'refusal';
      /** Absent when the bytes could not be read as a request. */
      readonly requestId?: RequestId;
      readonly statement: string;
      /** Empty when the refusal was counted instead of recorded, or evidence could not be written. */
      readonly receipt: string;
      readonly requestedReceipt: string;
      readonly code: Code;
    };
