import { describe, expect, it } from 'vitest';
import { DEMO_CITIZENS, DEMO_PLATES, generatePopulation, type Person, TOWNS } from './index.ts';

const startedAt = performance.now();
const population = generatePopulation();
const elapsedMs = performance.now() - startedAt;
const byNumber = new Map(population.people.map((p) => [p.nationalNumber, p]));
const find = (number: string): Person => {
  const person = byNumber.get(number);
  if (person === undefined) throw new Error(`nobody has ${number}`);
  return person;
};
const unique = (values: readonly string[]) => new Set(values).size === values.length;

describe('the invented population', () => {
  it('has the number of people asked for, odd or even, and is made in a moment', () => {
    expect(population.people).toHaveLength(10_000);
    for (const count of [6, 57, 500, 501]) expect(generatePopulation(3, count).people).toHaveLength(count);
    expect(elapsedMs).toBeLessThan(2_000);
  });

  it('is the same for the same seed and another for another', () => {
    expect(generatePopulation()).toEqual(population);
    expect(generatePopulation(7, 500)).not.toEqual(generatePopulation(8, 500));
  });

  it('gives national numbers that can belong to nobody, each once', () => {
    expect(population.people.every((p) => /^000[0-9]{7}$/.test(p.nationalNumber))).toBe(true);
    expect(byNumber.size).toBe(10_000);
  });

  it('numbers every act, book, licence and plate once', () => {
    expect(unique(population.people.map((p) => p.birthRegistrationNumber))).toBe(true);
    expect(unique(population.marriages.map((m) => m.contractNumber))).toBe(true);
    expect(unique(population.marriages.map((m) => m.familyBookNumber))).toBe(true);
    expect(unique(population.licences.map((l) => l.licenceNumber))).toBe(true);
    expect(unique(population.licences.map((l) => l.holderNumber))).toBe(true);
    expect(unique(population.vehicles.map((v) => v.plate))).toBe(true);
    expect(unique(population.vehicles.map((v) => v.chassisNumber))).toBe(true);
    expect(population.vehicles.every((v) => /^[0-9]{1,2}-[0-9]{1,5}$/.test(v.plate))).toBe(true);
    expect(population.vehicles.every((v) => v.chassisNumber.length === 17)).toBe(true);
  });

  it('names children after their fathers, and puts them on the father’s register page', () => {
    const children = population.people.filter((p) => p.fatherNumber !== undefined);
    expect(children.length).toBeGreaterThan(5_000);
    for (const child of children) {
      const father = find(child.fatherNumber ?? '');
      const mother = find(child.motherNumber ?? '');
      expect(child.name.father).toEqual(father.name.given);
      expect(child.name.grandfather).toEqual(father.name.father);
      expect(child.name.family).toEqual(father.name.family);
      expect(child.motherName).toEqual(mother.name);
      expect([father.sex, mother.sex]).toEqual(['male', 'female']);
      expect(child.bornOn > mother.bornOn && child.bornOn > father.bornOn).toBe(true);
    }
  });

  it('has each child born into a marriage, while both parents lived', () => {
    const marriages = new Map(population.marriages.map((m) => [`${m.husbandNumber}+${m.wifeNumber}`, m]));
    for (const child of population.people) {
      if (child.fatherNumber === undefined) continue;
      const marriage = marriages.get(`${child.fatherNumber}+${child.motherNumber}`);
      expect(marriage?.marriedOn.localeCompare(child.bornOn)).toBe(-1);
      for (const parent of [find(child.fatherNumber), find(child.motherNumber ?? '')]) {
        expect(parent.death === undefined || parent.death.diedOn > child.bornOn).toBe(true);
      }
    }
  });

  it('marries adults only, never siblings, and nobody twice', () => {
    const wed = population.marriages.flatMap((m) => [m.husbandNumber, m.wifeNumber]);
    expect(unique(wed)).toBe(true);
    for (const marriage of population.marriages) {
      const [husband, wife] = [find(marriage.husbandNumber), find(marriage.wifeNumber)];
      expect(husband.fatherNumber === undefined || husband.fatherNumber !== wife.fatherNumber).toBe(true);
      for (const spouse of [husband, wife]) {
        expect(Number(marriage.marriedOn.slice(0, 4)) - Number(spouse.bornOn.slice(0, 4))).toBeGreaterThanOrEqual(18);
        expect(spouse.death === undefined || spouse.death.diedOn > marriage.marriedOn).toBe(true);
      }
      expect(wife.civilRecordNumber).toBe(husband.civilRecordNumber);
    }
  });

  it('licenses adults only, and registers vehicles to people whom the civil registry knows', () => {
    for (const licence of population.licences) {
      const holder = find(licence.holderNumber);
      expect(Number(licence.firstIssuedOn.slice(0, 4)) - Number(holder.bornOn.slice(0, 4))).toBeGreaterThanOrEqual(18);
      expect(licence.issuedOn >= licence.firstIssuedOn && licence.expiresOn > licence.issuedOn).toBe(true);
      expect(licence.issuedOn <= population.referenceDate).toBe(true);
    }
    for (const vehicle of population.vehicles) {
      expect(find(vehicle.ownerNumber).bornOn < vehicle.firstRegisteredOn).toBe(true);
      expect(vehicle.firstRegisteredOn <= population.referenceDate).toBe(true);
    }
  });

  it('lives in all twelve governorates, at every age, and loses some to death and divorce', () => {
    const homes = new Set(population.people.map((p) => p.residenceTown));
    const governorates = new Set(TOWNS.filter((t) => homes.has(t.code)).map((t) => t.governorate));
    expect(governorates.size).toBe(12);
    const decades = new Set(population.people.map((p) => p.bornOn.slice(0, 3)));
    expect(decades).toEqual(new Set(['193', '194', '195', '196', '197', '198', '199', '200', '201', '202']));
    expect(population.people.filter((p) => p.death).length).toBeGreaterThan(300);
    expect(population.marriages.filter((m) => m.divorcedOn).length).toBeGreaterThan(20);
    expect(population.people.filter((p) => p.birthPlurality === 2).length % 2).toBe(0);
  });

  it('keeps the demo citizens’ stories under every seed', () => {
    for (const people of [population, generatePopulation(99, 400)]) {
      const cars = (id: string) => people.vehicles.filter((v) => v.ownerNumber === id).map((v) => v.plate);
      expect(cars(DEMO_CITIZENS.oneCar.nationalNumber)).toEqual([DEMO_PLATES.oneCar]);
      expect(cars(DEMO_CITIZENS.severalCars.nationalNumber)).toEqual(DEMO_PLATES.severalCars);
      expect(cars(DEMO_CITIZENS.noCar.nationalNumber)).toEqual([]);
      expect(cars(DEMO_CITIZENS.deceased.nationalNumber)).toEqual([DEMO_PLATES.deceased]);
      const known = (id: string) => people.people.find((p) => p.nationalNumber === id);
      expect(known(DEMO_CITIZENS.deceased.nationalNumber)?.death).toBeDefined();
      expect(known(DEMO_CITIZENS.child.nationalNumber)?.fatherNumber).toBe(DEMO_CITIZENS.oneCar.nationalNumber);
      expect(known(DEMO_CITIZENS.nobody.nationalNumber)).toBeUndefined();
    }
  });
});
