import type { Entry } from './entry.ts';

/**
 * `my-agency.register-extract` v1 of an entry: every property of its schema, `null` where the register holds nothing. The kit holds it to
 * the schema, keeps only the agreed claims, signs and seals; what is withheld is never sent.
 */
export const registerExtract = (entry: Entry, asOf: string) => ({
  asOf,
  nationalNumber: entry.nationalNumber,
  fullName: { ar: entry.nameAr, en: entry.nameEn },
  entryNumber: entry.entryNumber,
  registeredOn: entry.registeredOn,
  entryStatus: entry.status,
  governorate: entry.governorate,
});
