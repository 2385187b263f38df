import type { Growing } from './census.ts';
import { dateOf, years } from './dates.ts';
import { DEMO_CITIZENS, DEMO_PLATES } from './demo.ts';
import type { Draw } from './prng.ts';
import type { Bilingual, Vehicle } from './types.ts';

interface Model {
  readonly make: Bilingual;
  readonly model: Bilingual;
  readonly cc: number;
  readonly fuel: Vehicle['fuel'];
  readonly seats: number;
  readonly use: Vehicle['use'];
}

// Invented makes and models; the use says what each is bought for.
const MODELS: readonly Model[] = (
  [
    ['بادية', 'Badia', 'رمال', 'Rimal', 1600, 'petrol', 5, 'private'],
    ['بادية', 'Badia', 'نسيم', 'Naseem', 1800, 'hybrid', 5, 'private'],
    ['بادية', 'Badia', 'قافلة', 'Qafila', 2500, 'diesel', 8, 'private'],
    ['سهيل', 'Suhail', 'برق', 'Barq', 0, 'electric', 5, 'private'],
    ['سهيل', 'Suhail', 'غيم', 'Ghaim', 1200, 'petrol', 5, 'private'],
    ['سهيل', 'Suhail', 'مسافر', 'Musafer', 1800, 'hybrid', 5, 'taxi'],
    ['وادي', 'Wadi', 'حمّال', 'Hammal', 2800, 'diesel', 3, 'goods'],
    ['وادي', 'Wadi', 'صخر', 'Sakhr', 4000, 'petrol', 7, 'private'],
  ] as const
).map(([makeAr, makeEn, modelAr, modelEn, cc, fuel, seats, use]) => ({
  make: { ar: makeAr, en: makeEn },
  model: { ar: modelAr, en: modelEn },
  cc,
  fuel,
  seats,
  use,
}));

const COLOURS: readonly Bilingual[] = [
  { ar: 'أبيض', en: 'white' },
  { ar: 'فضي', en: 'silver' },
  { ar: 'أسود', en: 'black' },
  { ar: 'رمادي', en: 'grey' },
  { ar: 'أزرق', en: 'blue' },
  { ar: 'أحمر', en: 'red' },
];

const LIEN_HOLDER: Bilingual = { ar: 'بنك تجريبي للتمويل', en: 'Example Finance Bank' };

/** Gives each owner their vehicles; no plate is given twice. */
export function registerVehicles(draw: Draw, people: readonly Growing[], today: number): Vehicle[] {
  const plates = new Set<string>(Object.values(DEMO_PLATES).flat());
  const vehicles: Vehicle[] = [];
  for (const owner of people) {
    const fixed = DEMO_OWNERS[owner.nationalNumber];
    const wanted = fixed?.length ?? ownedBy(draw, owner, today);
    for (let n = 0; n < wanted; n++) {
      const plate = fixed?.[n] ?? freshPlate(draw, plates);
      const demo = fixed !== undefined;
      const lien = owner.nationalNumber === DEMO_CITIZENS.deceased.nationalNumber || (!demo && draw.chance(0.2));
      vehicles.push(registered(draw, vehicles.length, owner, plate, lien, today));
    }
  }
  return vehicles;
}

const DEMO_OWNERS: Readonly<Record<string, readonly string[]>> = {
  [DEMO_CITIZENS.oneCar.nationalNumber]: [DEMO_PLATES.oneCar],
  [DEMO_CITIZENS.severalCars.nationalNumber]: DEMO_PLATES.severalCars,
  [DEMO_CITIZENS.deceased.nationalNumber]: [DEMO_PLATES.deceased],
  [DEMO_CITIZENS.noCar.nationalNumber]: [],
};

function ownedBy(draw: Draw, person: Growing, today: number): number {
  // A long-dead owner's vehicles have passed to the heirs; those of the last two years may still be in the name.
  const adult = today - person.born >= years(21);
  if (!adult || (person.died !== undefined && person.died < today - years(2))) return 0;
  const roll = draw.next();
  const none = person.sex === 'male' ? 0.45 : 0.75;
  if (roll < none) return 0;
  if (roll < none + 0.2) return 1;
  return roll < 0.95 ? draw.int(1, 2) : 3;
}

function freshPlate(draw: Draw, taken: Set<string>): string {
  for (;;) {
    const plate = `${draw.int(10, 79)}-${draw.int(1_000, 99_999)}`;
    if (taken.has(plate)) continue;
    taken.add(plate);
    return plate;
  }
}

function registered(draw: Draw, index: number, owner: Growing, plate: string, lien: boolean, today: number): Vehicle {
  const latest = (owner.died ?? today) - 30;
  const since = draw.int(Math.max(owner.born + years(19), latest - years(12)), latest);
  const renewals = Math.floor((latest - since) / 365);
  const expires = since + (renewals + 1) * 365;
  const model = draw.pick(MODELS);
  const year = Number(dateOf(since).slice(0, 4)) - draw.int(0, 6);
  const serial = String(index + 1).padStart(6, '0');
  return {
    plate,
    ownerNumber: owner.nationalNumber,
    registrationNumber: `V${serial}`,
    use: model.use,
    make: model.make,
    model: model.model,
    modelYear: year,
    colour: draw.pick(COLOURS),
    // Seventeen characters, opening with 000 as the people's numbers do: no maker's identifier (ISO 3780).
    chassisNumber: `000${'WSL'}${String(year % 100).padStart(2, '0')}JR${serial}${draw.int(0, 9)}`,
    engineNumber: `E${draw.int(10, 99)}${serial}`,
    fuel: model.fuel,
    engineCapacityCc: model.cc,
    seats: model.seats,
    firstRegisteredOn: dateOf(since),
    expiresOn: dateOf(expires),
    insuredUntil: dateOf(expires - draw.int(0, 20)),
    officeTown: owner.residenceTown,
    ...(lien && { lienHolder: LIEN_HOLDER }),
  };
}
