import type {
  ApplyRequest,
  ApplyResponse,
  InviteRequest,
  InviteResponse,
  JoinRequest,
  JoinResponse,
  ReadmitRequest,
  ReadmitResponse,
  ReadRequest,
  ReadResponse,
  RenewRequest,
  RenewResponse,
  SubmitRequest,
  SubmitResponse,
} from '../../../proto/gen/wasl/registry/v1/registry.ts';
import type { Caller } from './face.ts';

/** What a registry does for its callers. A thrown WaslError reaches the caller as its code; anything else as `internal`. */
export interface RegistryHandlers {
  /** The caller has no certificate: the invitation is all that speaks for it. */
  join(request: JoinRequest): Promise<JoinResponse>;
  /** The agency's signature is all that speaks for it, also where the caller has a certificate. */
  readmit(request: ReadmitRequest): Promise<ReadmitResponse>;
  read(request: ReadRequest, caller: Caller): Promise<ReadResponse>;
  submit(request: SubmitRequest, caller: Caller): Promise<SubmitResponse>;
  /** MUST refuse everybody: a certificate alone renews nothing. */
  renew(request: RenewRequest, caller: Caller): Promise<RenewResponse>;
  /** MUST refuse everybody but the authority, as `invite` must. */
  apply(request: ApplyRequest, caller: Caller): Promise<ApplyResponse>;
  invite(request: InviteRequest, caller: Caller): Promise<InviteResponse>;
}
