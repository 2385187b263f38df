import { dateOf, years } from './dates.ts';
import type { Draw } from './prng.ts';
import type { Bilingual, Marriage, Person, PersonName, Sex } from './types.ts';

/** A person while the families grow: the same facts as `Person`, dates as day numbers, links as objects. */
export interface Growing {
  readonly nationalNumber: string;
  readonly sex: Sex;
  readonly name: PersonName;
  readonly motherName: PersonName;
  readonly father: Growing | undefined;
  readonly mother: Growing | undefined;
  readonly born: number;
  readonly birthTown: string;
  birthPlurality: 1 | 2;
  registerTown: string;
  civilRecordNumber: string;
  residenceTown: string;
  married: boolean;
  /** The last day on which we know the person to have lived: nobody dies before their own wedding. */
  lastSeen: number;
  died: number | undefined;
}

export interface GrowingMarriage {
  readonly husband: Growing;
  readonly wife: Growing;
  readonly on: number;
  readonly town: string;
  divorced: number | undefined;
}

/** What all steps of the generator share. Serial numbers come from their order, so a seed fixes them too. */
export interface Census {
  readonly draw: Draw;
  readonly size: number;
  readonly today: number;
  readonly people: Growing[];
  readonly marriages: GrowingMarriage[];
}

export interface Arrival {
  readonly sex: Sex;
  readonly name: PersonName;
  readonly motherName: PersonName;
  readonly father?: Growing;
  readonly mother?: Growing;
  readonly born: number;
  readonly town: string;
  readonly residenceTown?: string;
  /** Only the demo citizens have theirs fixed. */
  readonly nationalNumber?: string;
}

/** 000 and seven digits below the demo citizens' block. The step shares no factor with the modulus: no number comes twice. */
const NUMBERS = 9_990_000;
const STEP = 6_180_341;

export function addPerson(census: Census, arrival: Arrival): Growing {
  const index = census.people.length;
  const { father, mother, draw } = { father: arrival.father, mother: arrival.mother, draw: census.draw };
  const person: Growing = {
    nationalNumber: arrival.nationalNumber ?? `000${String((index * STEP + 1_234_567) % NUMBERS).padStart(7, '0')}`,
    sex: arrival.sex,
    name: arrival.name,
    motherName: arrival.motherName,
    father,
    mother,
    born: arrival.born,
    birthTown: arrival.town,
    birthPlurality: 1,
    registerTown: father?.registerTown ?? arrival.town,
    civilRecordNumber: father?.civilRecordNumber ?? String(draw.int(100, 9_999)),
    residenceTown: arrival.residenceTown ?? father?.residenceTown ?? arrival.town,
    married: false,
    lastSeen: arrival.born,
    died: undefined,
  };
  census.people.push(person);
  for (const parent of [father, mother]) {
    if (parent !== undefined) parent.lastSeen = Math.max(parent.lastSeen, arrival.born);
  }
  return person;
}

/** Weds two people; the wife moves to her husband's register page and home. */
export function marry(census: Census, husband: Growing, wife: Growing, on: number): GrowingMarriage {
  const marriage: GrowingMarriage = { husband, wife, on, town: husband.residenceTown, divorced: undefined };
  census.marriages.push(marriage);
  for (const spouse of [husband, wife]) {
    spouse.married = true;
    spouse.lastSeen = Math.max(spouse.lastSeen, on);
  }
  wife.registerTown = husband.registerTown;
  wife.civilRecordNumber = husband.civilRecordNumber;
  wife.residenceTown = husband.residenceTown;
  return marriage;
}

export function childName(given: Bilingual, father: Growing): PersonName {
  return { given, father: father.name.given, grandfather: father.name.father, family: father.name.family };
}

export function finishPerson(person: Growing, index: number, today: number): Person {
  const serial = String(index + 1).padStart(6, '0');
  const birthYear = dateOf(person.born).slice(0, 4);
  return {
    nationalNumber: person.nationalNumber,
    sex: person.sex,
    name: person.name,
    motherName: person.motherName,
    ...(person.father && { fatherNumber: person.father.nationalNumber }),
    ...(person.mother && { motherNumber: person.mother.nationalNumber }),
    bornOn: dateOf(person.born),
    birthTown: person.birthTown,
    birthPlurality: person.birthPlurality,
    birthRegistrationNumber: `B-${birthYear}-${serial}`,
    birthRegisteredOn: dateOf(Math.min(today, person.born + 3 + (index % 25))),
    registerTown: person.registerTown,
    civilRecordNumber: person.civilRecordNumber,
    residenceTown: person.residenceTown,
    ...(person.died !== undefined && {
      death: {
        registrationNumber: `D-${dateOf(person.died).slice(0, 4)}-${serial}`,
        diedOn: dateOf(person.died),
        town: person.residenceTown,
        registeredOn: dateOf(Math.min(today, person.died + 1 + (index % 6))),
      },
    }),
  };
}

export function finishMarriage(marriage: GrowingMarriage, index: number): Marriage {
  return {
    contractNumber: `M-${dateOf(marriage.on).slice(0, 4)}-${String(index + 1).padStart(6, '0')}`,
    familyBookNumber: String(700_001 + index),
    husbandNumber: marriage.husband.nationalNumber,
    wifeNumber: marriage.wife.nationalNumber,
    marriedOn: dateOf(marriage.on),
    town: marriage.town,
    ...(marriage.divorced !== undefined && { divorcedOn: dateOf(marriage.divorced) }),
  };
}

/** Age in whole years on a day. */
export function ageOn(person: Growing, day: number): number {
  return Math.floor((day - person.born) / years(1));
}
