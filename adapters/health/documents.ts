import type { Resource } from './fhir-client.ts';

/** What a record must hold to become a document; a record that does not is a fault of the source and never "no record". */
export class UnreadableRecord extends Error {
  constructor(what: string) {
    super(`the health record lacks ${what}`);
  }
}

const object = (value: unknown): Resource => (typeof value === 'object' && value !== null ? (value as Resource) : {});
const list = (value: unknown): readonly Resource[] => (Array.isArray(value) ? value.map(object) : []);
const text = (value: unknown, what: string): string => {
  if (typeof value !== 'string' || value === '') throw new UnreadableRecord(what);
  return value;
};
const number = (value: unknown, what: string): number => {
  if (typeof value !== 'number') throw new UnreadableRecord(what);
  return value;
};

/** Both languages of a list whose members say theirs by the FHIR `language` extension. */
const bothOf = (value: unknown, member: string) => {
  const of = (language: string): string => {
    const found = list(value).find(({ extension }) => list(extension).some(({ valueCode }) => valueCode === language));
    return text(found?.[member], `${member} in ${language}`);
  };
  return { ar: of('ar'), en: of('en') };
};
/** Both languages of one text that says `Arabic · English`. */
const splitOf = (value: unknown, what: string) => {
  const [ar, en] = text(value, what).split(' · ');
  return { ar: text(ar, what), en: text(en, what) };
};

const personOf = (patient: Resource) => ({
  nationalNumber: text(list(patient.identifier)[0]?.value, 'identifier'),
  fullName: bothOf(patient.name, 'text'),
  birthDate: text(patient.birthDate, 'birthDate'),
  sex: text(patient.gender, 'gender'),
});

const codeOf = (concept: unknown): string => text(list(object(concept).coding)[0]?.code, 'code');

/** The invented schedule: vaccine code (CVX), its name, and doses of the whole. */
const SCHEDULE = [
  { code: '19', doses: 1, name: { ar: 'السل', en: 'BCG' } },
  { code: '20', doses: 4, name: { ar: 'الثلاثي', en: 'DTaP' } },
  { code: '10', doses: 4, name: { ar: 'شلل الأطفال المعطل', en: 'Inactivated polio' } },
  { code: '08', doses: 3, name: { ar: 'التهاب الكبد ب', en: 'Hepatitis B' } },
  { code: '03', doses: 2, name: { ar: 'الحصبة والنكاف والحصبة الألمانية', en: 'MMR' } },
];

/** `health.vaccination-record` v1. */
export const vaccinationRecord = (patient: Resource, immunizations: readonly Resource[], asOf: string) => {
  const doses = immunizations
    .filter(({ status }) => status === 'completed')
    .map((given) => ({
      code: codeOf(given.vaccineCode),
      vaccine: splitOf(object(given.vaccineCode).text, 'vaccine'),
      doseNumber: number(list(given.protocolApplied)[0]?.doseNumberPositiveInt, 'dose number'),
      givenOn: text(given.occurrenceDateTime, 'date of a dose').slice(0, 10),
      lot: text(given.lotNumber, 'lot'),
      centre: splitOf(object(given.location).display, 'centre'),
    }))
    .sort((a, b) => (a.givenOn < b.givenOn ? -1 : 1));
  const missing = SCHEDULE.filter(
    ({ code, doses: whole }) => doses.filter((dose) => dose.code === code).length < whole,
  );
  return {
    asOf,
    ...personOf(patient),
    recordNumber: text(patient.id, 'id'),
    doses,
    dosesCount: doses.length,
    lastDoseOn: doses.at(-1)?.givenOn ?? null,
    scheduleStatus: missing.length === 0 ? 'complete' : 'incomplete',
    missingVaccines: missing.map(({ name }) => name),
    registeredCentre: bothOf(patient.generalPractitioner, 'display'),
  };
};

const VALID_YEARS = 1;

/** `health.medical-fitness` v1 from the observations of the newest examination; undefined when there was none. */
export const medicalFitness = (patient: Resource, observations: readonly Resource[], asOf: string) => {
  const final = observations.filter(({ status }) => status === 'final');
  const newest = final
    .map(({ effectiveDateTime }) => String(effectiveDateTime))
    .sort()
    .at(-1);
  if (newest === undefined) return undefined;
  const of = (code: string): Resource => {
    const found = final.find((one) => one.effectiveDateTime === newest && codeOf(one.code) === code);
    if (found === undefined) throw new UnreadableRecord(code);
    return found;
  };
  const quantity = (one: Resource, what: string): number => number(object(one.valueQuantity).value, what);
  const pressure = (code: string): number => {
    const part = list(of('blood-pressure').component).find((component) => codeOf(component.code) === code);
    return quantity(part ?? {}, 'blood pressure');
  };
  const fitness = of('fitness');
  const examinedOn = newest.slice(0, 10);
  const validUntil = `${Number(examinedOn.slice(0, 4)) + VALID_YEARS}${examinedOn.slice(4).replace('-02-29', '-02-28')}`;
  return {
    asOf,
    ...personOf(patient),
    examinationNumber: text(list(fitness.identifier)[0]?.value, 'examination number'),
    examinedOn,
    validUntil,
    rightEyeAcuity: quantity(of('right-eye-acuity'), 'acuity'),
    leftEyeAcuity: quantity(of('left-eye-acuity'), 'acuity'),
    colourVision: codeOf(of('colour-vision').valueCodeableConcept),
    hearing: codeOf(of('hearing').valueCodeableConcept),
    bloodPressure: { systolic: pressure('8480-6'), diastolic: pressure('8462-4') },
    correctiveLenses: of('corrective-lenses').valueBoolean === true,
    fitness: codeOf(fitness.valueCodeableConcept),
    examiningCentre: bothOf(fitness.performer, 'display'),
  };
};
