import { type Bilingual, dateOf, dayOf, draw, type Person, townOf } from '../../population/index.ts';

/** FHIR R4, as far as the example needs it. */
export interface Resource {
  readonly resourceType: string;
  readonly id: string;
  readonly [member: string]: unknown;
}

export const NATIONAL_NUMBER = 'urn:jo:national-number';
/** Codes of the invented examination; only the blood pressure's are LOINC's. */
const EXAMINATION = 'urn:wasl:example:driving-examination';
const CVX = 'http://hl7.org/fhir/sid/cvx';
const LANGUAGE = 'http://hl7.org/fhir/StructureDefinition/language';

interface Vaccine {
  readonly code: string;
  readonly name: Bilingual;
  /** Age at each dose, days. */
  readonly doses: readonly number[];
}

/** An invented schedule in the manner of a national one. */
export const SCHEDULE: readonly Vaccine[] = [
  { code: '19', name: { en: 'BCG', ar: 'السل' }, doses: [10] },
  { code: '20', name: { en: 'DTaP', ar: 'الثلاثي' }, doses: [60, 90, 120, 540] },
  { code: '10', name: { en: 'Inactivated polio', ar: 'شلل الأطفال المعطل' }, doses: [60, 90, 120, 540] },
  { code: '08', name: { en: 'Hepatitis B', ar: 'التهاب الكبد ب' }, doses: [60, 90, 120] },
  { code: '03', name: { en: 'MMR', ar: 'الحصبة والنكاف والحصبة الألمانية' }, doses: [365, 540] },
];

/** One text in both languages, as two members that each say theirs. */
const both = (text: Bilingual) =>
  (['ar', 'en'] as const).map((language) => ({
    text: text[language],
    extension: [{ url: LANGUAGE, valueCode: language }],
  }));
const named = (text: Bilingual) => both(text).map(({ text: display, extension }) => ({ display, extension }));

const centreOf = (town: string): Bilingual => {
  const { ar, en } = townOf(town);
  return { en: `${en} health centre (example)`, ar: `مركز صحي ${ar} (مثال)` };
};

const idOf = ({ nationalNumber }: Person): string => `p-${nationalNumber}`;
const streamOf = ({ nationalNumber }: Person) => draw(Number(nationalNumber));

export const patientOf = (person: Person): Resource => {
  const { given, father, grandfather, family } = person.name;
  const whole = (language: 'ar' | 'en'): string =>
    [given, father, grandfather, family].map((part) => part[language]).join(' ');
  return {
    resourceType: 'Patient',
    id: idOf(person),
    identifier: [{ system: NATIONAL_NUMBER, value: person.nationalNumber }],
    name: both({ ar: whole('ar'), en: whole('en') }),
    gender: person.sex,
    birthDate: person.bornOn,
    ...(person.death === undefined ? {} : { deceasedDateTime: person.death.diedOn }),
    generalPractitioner: named(centreOf(person.residenceTown)),
  };
};

/** The doses that a person has had up to `today` (ISO date); a few were missed. */
export const immunizationsOf = (person: Person, today: string): readonly Resource[] => {
  const chance = streamOf(person);
  const born = dayOf(person.bornOn);
  const until = dayOf(person.death?.diedOn ?? today);
  const missesSome = chance.chance(0.1);
  return SCHEDULE.flatMap(({ code, name, doses }) =>
    doses.flatMap((age, index): Resource[] => {
      const given = born + age + chance.int(0, 20);
      const missed = missesSome && chance.chance(0.25);
      if (given > until || missed) return [];
      return [
        {
          resourceType: 'Immunization',
          id: `i-${person.nationalNumber}-${code}-${index + 1}`,
          status: 'completed',
          vaccineCode: { coding: [{ system: CVX, code }], text: `${name.ar} · ${name.en}` },
          patient: { reference: `Patient/${idOf(person)}` },
          occurrenceDateTime: dateOf(given),
          lotNumber: `EX${code}${chance.int(1000, 9999)}`,
          location: { display: `${centreOf(person.birthTown).ar} · ${centreOf(person.birthTown).en}` },
          protocolApplied: [{ doseNumberPositiveInt: index + 1 }],
        },
      ];
    }),
  );
};

const ADULT_DAYS = 17 * 365;

/** The observations of an adult's examination; none of a child or of the dead. */
export const observationsOf = (person: Person, today: string): readonly Resource[] => {
  if (person.death !== undefined || dayOf(today) - dayOf(person.bornOn) < ADULT_DAYS) return [];
  const chance = streamOf(person);
  const on = dateOf(dayOf(today) - chance.int(5, 300));
  const lenses = chance.chance(0.3);
  const deficient = chance.chance(0.05);
  const hearing = chance.chance(0.93) ? 'normal' : chance.chance(0.5) ? 'aided' : 'impaired';
  const acuity = (): number => (lenses ? chance.int(4, 8) : chance.int(8, 12)) / 10;
  const fitness =
    hearing === 'impaired' ? 'unfit' : lenses || deficient || hearing === 'aided' ? 'fit-with-conditions' : 'fit';
  const observation = (code: string, value: object): Resource => ({
    resourceType: 'Observation',
    id: `o-${person.nationalNumber}-${code}`,
    status: 'final',
    code: { coding: [{ system: EXAMINATION, code }] },
    subject: { reference: `Patient/${idOf(person)}` },
    effectiveDateTime: on,
    identifier: [{ system: EXAMINATION, value: `EX-${person.nationalNumber.slice(3)}` }],
    performer: named(centreOf(person.residenceTown)),
    ...value,
  });
  const coded = (code: string): object => ({ valueCodeableConcept: { coding: [{ system: EXAMINATION, code }] } });
  const pressure = (code: string, value: number): object => ({
    code: { coding: [{ system: 'http://loinc.org', code }] },
    valueQuantity: { value, unit: 'mmHg' },
  });
  return [
    observation('right-eye-acuity', { valueQuantity: { value: acuity() } }),
    observation('left-eye-acuity', { valueQuantity: { value: acuity() } }),
    observation('colour-vision', coded(deficient ? 'deficient' : 'normal')),
    observation('hearing', coded(hearing)),
    observation('blood-pressure', {
      component: [pressure('8480-6', chance.int(105, 140)), pressure('8462-4', chance.int(65, 90))],
    }),
    observation('corrective-lenses', { valueBoolean: lenses }),
    observation('fitness', coded(fitness)),
  ];
};
