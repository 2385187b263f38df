import { type Census, finishMarriage, finishPerson } from './census.ts';
import { dayOf } from './dates.ts';
import { settleDemoFamily } from './demo.ts';
import { buryTheDead, growClan, settleAlone } from './families.ts';
import { issueLicences } from './licences.ts';
import { draw } from './prng.ts';
import type { Population } from './types.ts';
import { registerVehicles } from './vehicles.ts';

export { dateOf, dayOf } from './dates.ts';
export { DEMO_CITIZENS, DEMO_PLATES, type DemoCitizen } from './demo.ts';
export { GOVERNORATES, type Governorate, TOWNS, type Town, townOf } from './places.ts';
export { type Draw, draw } from './prng.ts';
export type {
  Bilingual,
  Death,
  DrivingLicence,
  LicenceCategory,
  LicenceRestriction,
  Marriage,
  Person,
  PersonName,
  Population,
  Sex,
  Vehicle,
} from './types.ts';

/** The seed that every process of one machine uses unless told otherwise, so that the ministries agree. */
export const DEFAULT_SEED = 20260101;

const REFERENCE_DATE = '2026-01-01';

/**
 * Invents `count` people (10,000 by default; at least the 6 demo citizens) with their families, licences and vehicles.
 * The same seed and count give the same population, down to the byte, on every machine and in every process.
 */
export function generatePopulation(seed: number = DEFAULT_SEED, count = 10_000): Population {
  const today = dayOf(REFERENCE_DATE);
  const census: Census = { draw: draw(seed), size: count, today, people: [], marriages: [] };
  settleDemoFamily(census);
  while (census.people.length + 2 <= count) growClan(census);
  if (census.people.length < count) settleAlone(census);
  buryTheDead(census);
  // Streams of their own: a change in how vehicles are drawn leaves the people as they were.
  const licences = issueLicences(draw(seed + 1), census.people, today);
  const vehicles = registerVehicles(draw(seed + 2), census.people, today);
  return {
    invented: true,
    seed,
    referenceDate: REFERENCE_DATE,
    people: census.people.map((person, index) => finishPerson(person, index, today)),
    marriages: census.marriages.map(finishMarriage),
    licences,
    vehicles,
  };
}
