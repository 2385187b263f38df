import { type CallOptions, type ClientOptions, Metadata, type ServiceError } from '@grpc/grpc-js';
import {
  type ApplyRequest,
  type ApplyResponse,
  AuthorityServiceClient,
  type InviteRequest,
  type InviteResponse,
  type JoinRequest,
  type JoinResponse,
  JoinServiceClient,
  MemberServiceClient,
  type ReadmitResponse,
  type ReadResponse,
  type SubmitResponse,
} from '../../../proto/gen/wasl/registry/v1/registry.ts';
import { WaslError } from '../../kernel/codes.ts';
import type { TlsIdentity } from '../crypto/index.ts';
import { fromStatus, MAX_MESSAGE_BYTES } from './errors.ts';
import { clientTls, KEEPALIVE } from './tls.ts';

const CALL_MS = 30_000;
/** Of what a registry shows one caller: none that is honest has as much to say. */
const READ_CHARACTERS = 512 * 1024 * 1024;

/** What a member or the authority asks of a registry. Rejections are WaslErrors; `registry-unreachable` when nobody answers. */
export interface RegistryConnection {
  /** All that stands and concerns the caller, page after page; `version`: of the first. Error besides: `message-too-large`. */
  read(): Promise<Pick<ReadResponse, 'entities' | 'version'>>;
  /** `report`: for a joining agency made active, its readiness report. */
  submit(entity: string, report?: string): Promise<SubmitResponse>;
  apply(request: ApplyRequest): Promise<ApplyResponse>;
  invite(request: InviteRequest): Promise<InviteResponse>;
  close(): void;
}

const OPTIONS: ClientOptions = {
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  'grpc.ssl_target_name_override': 'registry.wasl.internal',
  'grpc.enable_retries': 0,
  'grpc.use_local_subchannel_pool': 1,
  'grpc.service_config_disable_resolution': 1,
  'grpc.enable_http_proxy': 0,
  ...KEEPALIVE,
};

type Done<T> = (error: ServiceError | null, value: T) => void;

const called = <T>(
  address: string,
  start: (metadata: Metadata, options: CallOptions, done: Done<T>) => void,
): Promise<T> =>
  new Promise<T>((resolve, reject) => {
    start(new Metadata(), { deadline: Date.now() + CALL_MS }, (error, value) => {
      if (error === null) {
        resolve(value);
        return;
      }
      const told = fromStatus(error, address);
      const unreachable = told.code === 'gateway-unreachable';
      reject(unreachable ? new WaslError('registry-unreachable', { address }, { cause: error }) : told);
    });
  });

/** Connects to a registry at host:port. As server only `spiffe://<trust domain>/registry/*` is accepted: `not-the-registry` otherwise. */
export function connectRegistry(of: {
  readonly address: string;
  readonly tls: TlsIdentity;
  readonly trustDomain: string;
}): RegistryConnection {
  const { address } = of;
  const members = new MemberServiceClient(address, clientTls(of.tls, of.trustDomain, 'registry'), OPTIONS);
  const shared = { ...OPTIONS, channelOverride: members.getChannel() };
  const authority = new AuthorityServiceClient(address, clientTls(of.tls, of.trustDomain, 'registry'), shared);
  return {
    read: async () => {
      const page = (after: string): Promise<ReadResponse> => called(address, (...by) => members.read({ after }, ...by));
      const first = await page('');
      const entities = [...first.entities];
      let size = 0;
      for (let { next } = first; next !== ''; ) {
        const more = await page(next);
        size += next.length;
        for (const text of more.entities) {
          entities.push(text);
          size += text.length;
        }
        if (size > READ_CHARACTERS) throw new WaslError('message-too-large', { limit: READ_CHARACTERS });
        next = more.next;
      }
      return { entities, version: first.version };
    },
    submit: (entity, report = '') => called(address, (...by) => members.submit({ entity, report }, ...by)),
    apply: (request) => called(address, (...by) => authority.apply(request, ...by)),
    invite: (request) => called(address, (...by) => authority.invite(request, ...by)),
    close: () => members.close(),
  };
}

/** The registry where it asks nobody who calls, or where it does: then by a certificate that still counts. The server is that of the certificate authority `ca` (PEM). */
interface JoinAddress {
  readonly address: string;
  readonly tls: Pick<TlsIdentity, 'ca'> & Partial<TlsIdentity>;
  readonly trustDomain: string;
}

const unnamed = async <T>(
  { address, tls, trustDomain }: JoinAddress,
  call: (client: JoinServiceClient, ...by: Parameters<Parameters<typeof called<T>>[1]>) => void,
): Promise<T> => {
  const client = new JoinServiceClient(address, clientTls(tls, trustDomain, 'registry'), OPTIONS);
  try {
    return await called<T>(address, (...by) => call(client, ...by));
  } finally {
    client.close();
  }
};

/** Joins by an invitation. */
export const callJoin = (of: JoinAddress, request: JoinRequest): Promise<JoinResponse> =>
  unnamed(of, (client, ...by) => client.join(request, ...by));

/** Asks for a certificate by the signing key alone; `request` as in `kernel/readmission`. */
export const callReadmit = (of: JoinAddress, request: string): Promise<ReadmitResponse> =>
  unnamed(of, (client, ...by) => client.readmit({ request }, ...by));
