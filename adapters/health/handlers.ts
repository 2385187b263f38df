import type { Handler, HandlerAnswer, HandlerCall } from '../kit/index.ts';
import { medicalFitness, vaccinationRecord } from './documents.ts';
import type { FhirClient, Resource } from './fhir-client.ts';

type Document = Readonly<Record<string, unknown>> & { readonly asOf: string };

/** Health's handlers by document type: each finds the one Patient of the national number, and reads what the document is made of. */
export const healthHandlers = (fhir: FhirClient): Readonly<Record<string, Handler>> => ({
  'health.vaccination-record': (call) =>
    answer(fhir, call, async (patient, of) => vaccinationRecord(patient, await of('Immunization'), now())),
  'health.medical-fitness': (call) =>
    answer(fhir, call, async (patient, of) => medicalFitness(patient, await of('Observation'), now())),
});

const now = (): string => new Date().toISOString();

const answer = async (
  fhir: FhirClient,
  { subject, signal }: HandlerCall,
  make: (patient: Resource, of: (type: string) => Promise<readonly Resource[]>) => Promise<Document | undefined>,
): Promise<HandlerAnswer> => {
  if (subject.scheme !== 'jo:national-number') return { kind: 'not-found' };
  const identifier = `urn:jo:national-number|${subject.value}`;
  const [patient, ...others] = await fhir.search('Patient', { identifier }, signal);
  if (patient === undefined) return { kind: 'not-found' };
  if (others.length > 0) return { kind: 'ambiguous' };
  const of = (type: string): Promise<readonly Resource[]> =>
    fhir.search(type, { patient: `Patient/${String(patient.id)}`, _count: '10' }, signal);
  const document = await make(patient, of);
  return document === undefined ? { kind: 'not-found' } : { kind: 'found', document };
};
