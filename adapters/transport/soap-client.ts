import { fileURLToPath } from 'node:url';
import { type Client, createClientAsync } from 'soap';
import type { LicenceElement, VehicleElement } from './elements.ts';
import { httpPost } from './soap-http.ts';

/** The register's word: what it holds, that it holds nothing, or that it cannot read the subject. */
export type Found<T> =
  | { readonly kind: 'found'; readonly readAt: string; readonly records: readonly T[] }
  | { readonly kind: 'no-such-record' }
  | { readonly kind: 'invalid-subject' };

const DEFAULT_TIMEOUT_MS = 10_000;

export interface CallOptions {
  /** Ends the call early; the default limit of 10 s holds as well. */
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/** The traffic register over SOAP. A Fault that the WSDL does not name, a time-out and a broken line throw. */
export interface TransportClient {
  drivingLicenceByHolder(nationalNumber: string, options?: CallOptions): Promise<Found<LicenceElement>>;
  drivingLicenceByNumber(licenceNumber: string, options?: CallOptions): Promise<Found<LicenceElement>>;
  vehicleByPlate(plate: string, options?: CallOptions): Promise<Found<VehicleElement>>;
  vehiclesByOwner(nationalNumber: string, options?: CallOptions): Promise<Found<VehicleElement>>;
  ping(options?: CallOptions): Promise<void>;
}

/** Opens the register at `url`. The contract is our own copy of the WSDL: the server cannot change it under us. */
export async function openTransportClient(url: string): Promise<TransportClient> {
  const client = await createClientAsync(fileURLToPath(new URL('./source/transport.wsdl', import.meta.url)), {
    endpoint: url,
    httpClient: { request: httpPost },
    disableCache: true,
  });
  const licences = async (operation: string, input: object, options?: CallOptions) =>
    found<LicenceElement>(await call(client, operation, input, options), 'licence');
  const vehicles = async (operation: string, input: object, options?: CallOptions) =>
    found<VehicleElement>(await call(client, operation, input, options), 'vehicle');
  return {
    drivingLicenceByHolder: (nationalNumber, options) =>
      licences('DrivingLicenceByHolder', { nationalNumber }, options),
    drivingLicenceByNumber: (licenceNumber, options) => licences('DrivingLicenceByNumber', { licenceNumber }, options),
    vehicleByPlate: (plate, options) => vehicles('VehicleByPlate', { plate }, options),
    vehiclesByOwner: (nationalNumber, options) => vehicles('VehiclesByOwner', { nationalNumber }, options),
    ping: async (options) => {
      const pong = await call(client, 'Ping', {}, options);
      if (pong.kind !== 'answer') throw new Error('the traffic register does not answer a ping');
    },
  };
}

type Answer =
  | { readonly kind: 'answer'; readonly body: Readonly<Record<string, unknown>> }
  | { readonly kind: 'no-such-record' }
  | { readonly kind: 'invalid-subject' };

type AsyncMethod = (input: object, options: object) => Promise<[unknown]>;

async function call(client: Client, operation: string, input: object, options: CallOptions = {}): Promise<Answer> {
  const method = (client as unknown as Record<string, AsyncMethod>)[`${operation}Async`];
  if (method === undefined) throw new Error(`the contract has no operation ${operation}`);
  const limit = AbortSignal.timeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const signal = options.signal === undefined ? limit : AbortSignal.any([limit, options.signal]);
  try {
    const [body] = await method.call(client, input, { signal });
    return { kind: 'answer', body: (body ?? {}) as Record<string, unknown> };
  } catch (error) {
    const fault = faultOf(error);
    if (fault === undefined) throw new Error('the traffic register gave no readable answer', { cause: error });
    // The library keeps the prefix away, and leaves the detail's element name as the only member.
    const [name = ''] = Object.keys(fault.detail ?? {});
    if (name === 'NoSuchRecordFault') return { kind: 'no-such-record' };
    if (/^Invalid(NationalNumber|LicenceNumber|Plate)Fault$/.test(name)) return { kind: 'invalid-subject' };
    throw new Error(`the traffic register answered with the fault ${fault.faultcode}`);
  }
}

interface Fault {
  readonly faultcode?: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

function faultOf(error: unknown): Fault | undefined {
  const root = (error as { root?: { Envelope?: { Body?: { Fault?: Fault } } } }).root;
  return root?.Envelope?.Body?.Fault;
}

function found<T>(answer: Answer, element: 'licence' | 'vehicle'): Found<T> {
  if (answer.kind !== 'answer') return answer;
  const { readAt, [element]: records } = answer.body;
  if (typeof readAt !== 'string' || records === undefined) throw new Error('the answer lacks what the contract says');
  return { kind: 'found', readAt, records: (Array.isArray(records) ? records : [records]) as T[] };
}
