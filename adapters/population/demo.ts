import { addPerson, type Census, childName, marry } from './census.ts';
import { dayOf } from './dates.ts';
import type { Bilingual, PersonName, Sex } from './types.ts';

/** An invented citizen whose number and story are the same under every seed. */
export interface DemoCitizen {
  readonly nationalNumber: string;
  /** What a request about this person shows. */
  readonly shows: Bilingual;
}

const text = (ar: string, en: string): Bilingual => ({ ar, en });

/** Who to try things with. All but `nobody` are in every population. */
export const DEMO_CITIZENS = {
  oneCar: {
    nationalNumber: '0009990001',
    shows: text('مواطن له رخصة سوق ومركبة واحدة', 'a citizen with a driving licence and one car'),
  },
  noCar: {
    nationalNumber: '0009990002',
    shows: text('مواطنة لا مركبة باسمها: لا يوجد قيد', 'a citizen who owns no car: not found at Transport'),
  },
  child: {
    nationalNumber: '0009990003',
    shows: text('طفلة: شهادة ولادة دون رخصة سوق', 'a child: a birth certificate, and no driving licence'),
  },
  severalCars: {
    nationalNumber: '0009990004',
    shows: text(
      'مواطن له ثلاث مركبات: يُطلب رقم اللوحة',
      'a citizen with three cars: ambiguous by owner, found by plate',
    ),
  },
  deceased: {
    nationalNumber: '0009990005',
    shows: text('متوفى ترك مركبة عليها رهن: حصر إرث', 'a deceased citizen whose estate has a car with a lien on it'),
  },
  nobody: {
    nationalNumber: '0009999999',
    shows: text('رقم لا قيد له', 'a number that no register holds'),
  },
} as const satisfies Record<string, DemoCitizen>;

/** The demo citizens' plates. */
export const DEMO_PLATES = {
  oneCar: '12-34567',
  severalCars: ['20-10001', '20-10002', '20-10003'],
  deceased: '15-77001',
} as const;

const N = {
  samer: text('سامر', 'Samer'),
  yousef: text('يوسف', 'Yousef'),
  khalil: text('خليل', 'Khalil'),
  ibrahim: text('إبراهيم', 'Ibrahim'),
  rana: text('رنا', 'Rana'),
  nabil: text('نبيل', 'Nabil'),
  suleiman: text('سليمان', 'Suleiman'),
  tala: text('تالا', 'Tala'),
  ziad: text('زياد', 'Ziad'),
  amneh: text('آمنة', 'Amneh'),
  mustafa: text('مصطفى', 'Mustafa'),
  saleh: text('صالح', 'Saleh'),
  huda: text('هدى', 'Huda'),
  najjar: text('النجار', 'Al-Najjar'),
  warraq: text('الوراق', 'Al-Warraq'),
  zaytoun: text('الزيتون', 'Al-Zaytoun'),
};

/** Writes the demo household: a late grandfather, his widow, two sons, and the elder's wife and daughter. */
export function settleDemoFamily(census: Census): void {
  const person = (sex: Sex, id: string, name: PersonName, motherName: PersonName, born: string) =>
    addPerson(census, { sex, nationalNumber: id, name, motherName, born: dayOf(born), town: '501' });
  const called = (given: Bilingual, father: Bilingual, grandfather: Bilingual, family: Bilingual): PersonName => ({
    given,
    father,
    grandfather,
    family,
  });

  const grandfatherMother = called(N.huda, N.mustafa, N.saleh, N.zaytoun);
  const grandfather = person(
    'male',
    DEMO_CITIZENS.deceased.nationalNumber,
    called(N.yousef, N.khalil, N.ibrahim, N.najjar),
    grandfatherMother,
    '1949-03-17',
  );
  const grandmotherName = called(N.amneh, N.saleh, N.mustafa, N.zaytoun);
  const grandmother = person('female', '0009990006', grandmotherName, grandfatherMother, '1954-10-02');
  marry(census, grandfather, grandmother, dayOf('1976-06-11'));

  const son = (given: Bilingual, id: string, born: string) =>
    addPerson(census, {
      sex: 'male',
      nationalNumber: id,
      name: childName(given, grandfather),
      motherName: grandmotherName,
      father: grandfather,
      mother: grandmother,
      born: dayOf(born),
      town: '501',
      residenceTown: '101',
    });
  const samer = son(N.samer, DEMO_CITIZENS.oneCar.nationalNumber, '1984-05-21');
  son(N.ziad, DEMO_CITIZENS.severalCars.nationalNumber, '1988-01-30');

  const ranaMother = called(N.huda, N.saleh, N.nabil, N.warraq);
  const ranaName = called(N.rana, N.nabil, N.suleiman, N.warraq);
  const rana = person('female', DEMO_CITIZENS.noCar.nationalNumber, ranaName, ranaMother, '1987-09-08');
  marry(census, samer, rana, dayOf('2012-07-05'));
  addPerson(census, {
    sex: 'female',
    nationalNumber: DEMO_CITIZENS.child.nationalNumber,
    name: childName(N.tala, samer),
    motherName: ranaName,
    father: samer,
    mother: rana,
    born: dayOf('2015-04-12'),
    town: '101',
  });
  grandfather.died = dayOf('2025-11-19');
}
