import { addPerson, ageOn, type Census, childName, type Growing, type GrowingMarriage, marry } from './census.ts';
import { dayOf, years } from './dates.ts';
import { FAMILY_NAMES, FEMALE_NAMES, MALE_NAMES } from './names.ts';
import { TOWN_CODES_BY_WEIGHT } from './places.ts';
import type { PersonName, Sex } from './types.ts';

const FOUNDING_COUPLES = 10;
const GENERATIONS_AFTER_FOUNDERS = 3;

/** Grows one clan: founding couples, their children, and the families these found among each other. */
export function growClan(census: Census): void {
  let couples = foundingCouples(census);
  for (let generation = 0; generation < GENERATIONS_AFTER_FOUNDERS; generation++) {
    const children = couples.flatMap((couple) => raiseChildren(census, couple));
    couples = matchCouples(census, children);
  }
}

function drawnName(census: Census, sex: Sex): PersonName {
  const { draw } = census;
  return {
    given: draw.pick(sex === 'male' ? MALE_NAMES : FEMALE_NAMES),
    father: draw.pick(MALE_NAMES),
    grandfather: draw.pick(MALE_NAMES),
    family: draw.pick(FAMILY_NAMES),
  };
}

function foundingCouples(census: Census): GrowingMarriage[] {
  const couples: GrowingMarriage[] = [];
  const { draw } = census;
  for (let i = 0; i < FOUNDING_COUPLES && census.people.length + 2 <= census.size; i++) {
    const husbandBorn = dayOf('1936-01-01') + draw.int(0, years(20));
    const husband = founder(census, 'male', husbandBorn);
    const wife = founder(census, 'female', husbandBorn + draw.int(-years(1), years(6)));
    couples.push(marry(census, husband, wife, Math.max(husband.born, wife.born) + draw.int(years(19), years(24))));
  }
  return couples;
}

function founder(census: Census, sex: Sex, born: number): Growing {
  const town = census.draw.pick(TOWN_CODES_BY_WEIGHT);
  return addPerson(census, { sex, name: drawnName(census, sex), motherName: drawnName(census, 'female'), born, town });
}

/** Adds one person without family, so that an odd count comes out exact. */
export function settleAlone(census: Census): void {
  founder(census, 'male', dayOf('1950-01-01'));
}

function raiseChildren(census: Census, couple: GrowingMarriage): Growing[] {
  const { draw, today } = census;
  const wanted = draw.int(0, 5) + (couple.on < dayOf('1990-01-01') ? 2 : 0);
  const children: Growing[] = [];
  const given = new Set<string>();
  let birth = couple.on + draw.int(290, years(2));
  while (children.length < wanted && birth <= today && ageOn(couple.wife, birth) <= 43) {
    const twins = draw.chance(0.015);
    for (let n = 0; n < (twins ? 2 : 1) && census.people.length < census.size; n++) {
      const child = bear(census, couple, birth, given);
      if (twins) child.birthPlurality = 2;
      children.push(child);
    }
    birth += draw.int(years(1.2), years(4));
  }
  if (draw.chance(0.05)) {
    const day = Math.max(couple.husband.lastSeen, couple.wife.lastSeen) + draw.int(200, years(6));
    if (day <= today) {
      couple.divorced = day;
      couple.husband.lastSeen = day;
      couple.wife.lastSeen = day;
    }
  }
  return children;
}

function bear(census: Census, couple: GrowingMarriage, born: number, given: Set<string>): Growing {
  const { draw } = census;
  const sex: Sex = draw.chance(0.512) ? 'male' : 'female';
  const names = sex === 'male' ? MALE_NAMES : FEMALE_NAMES;
  let name = draw.pick(names);
  while (given.has(name.en)) name = draw.pick(names);
  given.add(name.en);
  return addPerson(census, {
    sex,
    name: childName(name, couple.husband),
    motherName: couple.wife.name,
    father: couple.husband,
    mother: couple.wife,
    born,
    town: draw.chance(0.85) ? couple.husband.residenceTown : draw.pick(TOWN_CODES_BY_WEIGHT),
  });
}

/** Weds most of a generation within the clan: never siblings, the bride at least 19, the groom at least 22. */
function matchCouples(census: Census, generation: readonly Growing[]): GrowingMarriage[] {
  const { draw, today } = census;
  const brides = draw.shuffle(generation.filter((p) => p.sex === 'female' && draw.chance(0.9)));
  const couples: GrowingMarriage[] = [];
  for (const groom of draw.shuffle(generation.filter((p) => p.sex === 'male' && draw.chance(0.9)))) {
    const at = brides.findIndex((bride) => suits(groom, bride));
    const bride = brides[at];
    if (bride === undefined) continue;
    const day = Math.max(groom.born + draw.int(years(22), years(32)), bride.born + draw.int(years(19), years(25)));
    if (day > today) continue;
    brides.splice(at, 1);
    if (draw.chance(0.25)) groom.residenceTown = draw.pick(TOWN_CODES_BY_WEIGHT);
    couples.push(marry(census, groom, bride, day));
  }
  return couples;
}

function suits(groom: Growing, bride: Growing): boolean {
  const gap = bride.born - groom.born;
  return groom.father !== bride.father && gap >= -years(1) && gap <= years(9);
}

/** Share of a generation of this age that has died; the rest lives at the reference date. */
function share(age: number): number {
  if (age < 18) return 0.001;
  if (age < 50) return 0.01;
  if (age < 65) return 0.06;
  if (age < 75) return 0.2;
  return age < 85 ? 0.45 : 0.8;
}

/** Decides who has died, and when: always after the last thing that the registers know them to have lived through. */
export function buryTheDead(census: Census): void {
  const { draw, today } = census;
  for (const person of census.people) {
    const age = ageOn(person, today);
    if (person.died !== undefined || isDemo(person) || !draw.chance(share(age))) continue;
    const earliest = Math.max(person.lastSeen + 30, person.born + years(age * 0.75));
    if (earliest < today) person.died = draw.int(earliest, today - 1);
  }
}

function isDemo(person: Growing): boolean {
  return person.nationalNumber.startsWith('000999');
}
