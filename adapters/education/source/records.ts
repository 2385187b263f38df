import {
  type Bilingual,
  DEMO_CITIZENS,
  type Draw,
  dateOf,
  dayOf,
  draw,
  type Person,
  type Population,
  townOf,
} from '../../population/index.ts';
import type { Row } from '../columns.ts';

export interface SchoolRecords {
  readonly certificates: readonly Row<'certificates'>[];
  readonly enrolments: readonly Row<'enrolments'>[];
}

/** The demo family went to school, so that everybody can try the documents. */
const ALWAYS = new Set<string>(Object.values(DEMO_CITIZENS).map((citizen) => citizen.nationalNumber));
const SCHOOL_NAMES: readonly Bilingual[] = [
  { ar: 'الأمل', en: 'Al-Amal' },
  { ar: 'النهضة', en: 'Al-Nahda' },
  { ar: 'الزيتونة', en: 'Al-Zaytouna' },
  { ar: 'اليرموك', en: 'Al-Yarmouk' },
  { ar: 'المعرفة', en: 'Al-Ma’rifa' },
];
const SECTIONS = ['أ', 'ب', 'ج', 'د'] as const;
const BRANCHES = ['scientific', 'scientific', 'literary', 'literary', 'literary', 'vocational'] as const;
/** School years begin on 1 September; the examination's results come out in August. */
const FIRST_DAY = '09-01';
const RESULTS_DAY = '08-12';
/** Before it the demo's grandfather sat his examination. */
const FIRST_EXAMINATION = 1962;

/** Invents the schooling of a population: the pupils of the present year, and the certificates of those who sat the examination. */
export function schoolRecords(population: Population): SchoolRecords {
  // A stream of its own: a change here leaves the people as they are.
  const drawn = draw(population.seed + 3);
  const today = population.referenceDate;
  const year = Number(today.slice(0, 4)) - (today.slice(5) < FIRST_DAY ? 1 : 0);
  const certificates: Row<'certificates'>[] = [];
  const enrolments: Row<'enrolments'>[] = [];
  for (const person of population.people) {
    const age = year - Number(person.bornOn.slice(0, 4));
    const always = ALWAYS.has(person.nationalNumber);
    if (age >= 6 && age <= 17) {
      if (person.death === undefined && (always || drawn.chance(0.97)))
        enrolments.push(enrolment(drawn, person, { year, grade: age - 5, always }));
    } else if (age >= 18) {
      const sat = Number(person.bornOn.slice(0, 4)) + 18;
      const lived = person.death === undefined || dayOf(person.death.diedOn) > dayOf(`${sat}-${RESULTS_DAY}`);
      if (sat >= FIRST_EXAMINATION && lived && (always || drawn.chance(0.62)))
        certificates.push(certificate(drawn, person, { sat, serial: certificates.length, always }));
    }
  }
  return { certificates, enrolments };
}

function enrolment(
  drawn: Draw,
  person: Person,
  { year, grade, always }: { year: number; grade: number; always: boolean },
): Row<'enrolments'> {
  const roll = always ? 1 : drawn.next();
  return {
    ...personCells(person),
    pupil_number: `P${person.nationalNumber.slice(2)}`,
    school_year: `${year}/${year + 1}`,
    grade: String(grade),
    section: drawn.pick(SECTIONS),
    ...schoolCells(drawn, person),
    enrolled_on: dateOf(dayOf(`${year}-${FIRST_DAY}`) - drawn.int(0, 20)),
    status: roll < 0.02 ? 'left' : roll < 0.05 ? 'transferred' : 'enrolled',
  };
}

function certificate(
  drawn: Draw,
  person: Person,
  { sat, serial, always }: { sat: number; serial: number; always: boolean },
): Row<'certificates'> {
  const passed = always || drawn.chance(0.93);
  const tenths = passed ? drawn.int(500, 996) : drawn.int(180, 499);
  return {
    ...personCells(person),
    seat_number: String(10_000_001 + serial * 13),
    examination_year: String(sat),
    branch: drawn.pick(BRANCHES),
    average: (tenths / 10).toFixed(1),
    result: passed ? 'pass' : 'fail',
    ...schoolCells(drawn, person),
    certificate_number: `${sat}/${String(serial + 1).padStart(6, '0')}`,
    issued_on: dateOf(dayOf(`${sat}-${RESULTS_DAY}`) + drawn.int(0, 30)),
  };
}

function personCells({ nationalNumber, name, bornOn, sex }: Person) {
  const full = (lang: 'ar' | 'en') =>
    [name.given, name.father, name.grandfather, name.family].map((part) => part[lang]).join(' ');
  return { national_number: nationalNumber, name_ar: full('ar'), name_en: full('en'), birth_date: bornOn, sex };
}

function schoolCells(drawn: Draw, { residenceTown, sex }: Person) {
  const town = townOf(residenceTown);
  const nth = drawn.int(0, SCHOOL_NAMES.length - 1);
  const name = SCHOOL_NAMES[nth] ?? town;
  const [ar, en] = sex === 'male' ? ['للبنين', 'Boys’'] : ['للبنات', 'Girls’'];
  return {
    school_number: `${residenceTown}${sex === 'male' ? 1 : 2}${nth}`,
    school_ar: `مدرسة ${name.ar} ${ar}`,
    school_en: `${name.en} ${en} School`,
    directorate_ar: `مديرية تربية ${town.ar}`,
    directorate_en: `${town.en} Directorate`,
  };
}
