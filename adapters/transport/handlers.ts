import { type Handler, type HandlerAnswer, type HandlerCall, SourceUnavailable } from '../kit/index.ts';
import { drivingLicence, vehicleRegistration } from './documents.ts';
import type { Found, TransportClient } from './soap-client.ts';

type Document = Readonly<Record<string, unknown>> & { readonly asOf: string };
type Ask<T> = (value: string, options: { signal: AbortSignal }) => Promise<Found<T>>;

/** When to ask again after the register gave no answer. */
const SOURCE_RETRY_MS = 5_000;

/** Transport's handlers by document type: each asks the traffic register over SOAP, by the subject's scheme. */
export function transportHandlers(register: TransportClient): Readonly<Record<string, Handler>> {
  return {
    'transport.driving-licence': (call) =>
      answer(call, drivingLicence, {
        'jo:national-number': register.drivingLicenceByHolder,
        'jo:driving-licence': register.drivingLicenceByNumber,
      }),
    'transport.vehicle-registration': (call) =>
      answer(call, vehicleRegistration, {
        'jo:vehicle-plate': register.vehicleByPlate,
        'jo:national-number': register.vehiclesByOwner,
      }),
  };
}

async function answer<T>(
  { subject, signal }: HandlerCall,
  toDocument: (record: T, asOf: string) => Document,
  byScheme: Readonly<Record<string, Ask<T>>>,
): Promise<HandlerAnswer> {
  const ask = Object.hasOwn(byScheme, subject.scheme) ? byScheme[subject.scheme] : undefined;
  if (ask === undefined) return { kind: 'not-found' };
  const found = await ask(subject.value, { signal }).catch((cause: unknown) => {
    throw new SourceUnavailable(SOURCE_RETRY_MS, { cause });
  });
  // The kit has checked the subject's pattern already; what the register cannot even read, it does not hold.
  if (found.kind !== 'found') return { kind: 'not-found' };
  const [record] = found.records;
  if (record === undefined) return { kind: 'not-found' };
  if (found.records.length > 1) return { kind: 'ambiguous' };
  return { kind: 'found', document: toDocument(record, found.readAt) };
}
