import type { Growing } from './census.ts';
import { dateOf, years } from './dates.ts';
import { DEMO_CITIZENS } from './demo.ts';
import type { Draw } from './prng.ts';
import type { DrivingLicence, LicenceCategory, LicenceRestriction } from './types.ts';

const VALIDITY_YEARS = 10;
const BLOOD_GROUPS = ['O+', 'O+', 'O+', 'A+', 'A+', 'A+', 'B+', 'B+', 'AB+', 'O-', 'A-', 'B-', 'AB-'] as const;
const RESTRICTIONS: readonly LicenceRestriction[] = ['corrective-lenses', 'automatic-transmission', 'hearing-aid'];
const ALWAYS = new Set<string>([DEMO_CITIZENS.oneCar.nationalNumber, DEMO_CITIZENS.severalCars.nationalNumber]);

/** Licenses most adults to drive: one licence at most for each, renewed every ten years. */
export function issueLicences(draw: Draw, people: readonly Growing[], today: number): DrivingLicence[] {
  const licences: DrivingLicence[] = [];
  for (const holder of people) {
    const until = holder.died ?? today;
    const first = holder.born + draw.int(years(18.1), years(30));
    const drives = ALWAYS.has(holder.nationalNumber) || draw.chance(holder.sex === 'male' ? 0.8 : 0.5);
    if (!drives || first >= until || until < today - years(5)) continue;
    const renewals = Math.floor((until - first) / years(VALIDITY_YEARS));
    const issued = first + renewals * years(VALIDITY_YEARS);
    // Some let it lapse: the last renewal never happened.
    const lapsed = renewals > 0 && !ALWAYS.has(holder.nationalNumber) && draw.chance(0.08);
    const current = lapsed ? issued - years(VALIDITY_YEARS) : issued;
    licences.push({
      licenceNumber: String(40_000_001 + licences.length * 7),
      holderNumber: holder.nationalNumber,
      categories: categories(draw),
      firstIssuedOn: dateOf(first),
      issuedOn: dateOf(current),
      expiresOn: dateOf(current + years(VALIDITY_YEARS)),
      officeTown: holder.residenceTown,
      bloodGroup: draw.pick(BLOOD_GROUPS),
      restrictions: draw.chance(0.3) ? [draw.pick(RESTRICTIONS)] : [],
      suspended: !ALWAYS.has(holder.nationalNumber) && draw.chance(0.02),
    });
  }
  return licences;
}

function categories(draw: Draw): readonly LicenceCategory[] {
  const roll = draw.next();
  if (roll < 0.85) return ['3'];
  if (roll < 0.94) return ['3', '4'];
  return roll < 0.98 ? ['3', '4', '5'] : ['3', '4', '5', '6'];
}
