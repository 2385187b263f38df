import type { Agreement } from '../../kernel/agreement.ts';
import type { Beside } from '../../kernel/batch.ts';
import type { Digest } from '../../kernel/digest.ts';
import type { EntryBody } from '../../kernel/evidence.ts';
import type { AgencyId, BootId, DocumentType, GatewayId } from '../../kernel/ids.ts';
import type { EcPublicJwk, OkpPublicJwk, Opener, Signer } from '../../kernel/keys.ts';
import type { Subject } from '../../kernel/private-part.ts';
import type { JsonObject } from '../../kernel/strict-json.ts';

/** What the suite stands on: whose adapter, by which keys, under which agreement, and who asks. */
export interface Ground {
  readonly provider: { readonly id: AgencyId; readonly signing: EcPublicJwk; readonly encryption: OkpPublicJwk };
  readonly requester: { readonly id: AgencyId; readonly signer: Signer; readonly opener: Opener };
  readonly audit: OkpPublicJwk;
  readonly document: {
    readonly type: DocumentType;
    readonly version: number;
    readonly schema: JsonObject;
    readonly schemaDigest: Digest;
  };
  readonly terms: Agreement;
  readonly agreementDigest: Digest;
  readonly gateway: { readonly id: GatewayId; readonly boot: BootId };
  /** Makes an entry of the gateway's evidence; its receipt. */
  record(body: EntryBody, beside: Beside): Promise<string>;
  /** Suspends and resumes the agreement, by an officer's signed word; absent where nobody may. */
  readonly suspension?: { suspend(): Promise<void>; resume(): Promise<void> };
}

/** About whom the adapter is asked. */
export interface Subjects {
  readonly known: Subject;
  readonly unknown: Subject;
  /** Of the wrong form; one is made up unless told. */
  readonly malformed?: Subject;
}

/** What the integrator's side does when the suite says so; absent: nobody does it. */
export interface Hands {
  sourceDown?(): Promise<void>;
  sourceUp?(): Promise<void>;
  /** Sends SIGTERM to the adapter; resolves once it has ended. */
  terminate?(): Promise<void>;
}
