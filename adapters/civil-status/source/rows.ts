import { GOVERNORATES, type Marriage, type Person, type PersonName, TOWNS } from '../../population/index.ts';

/** A row as `json_populate_recordset` takes it: column names, and dates as ISO dates. */
export type Row = Readonly<Record<string, string | number | null>>;

export function officeRows(): Row[] {
  const governorates = new Map(GOVERNORATES.map((g) => [g.code, g]));
  return TOWNS.map((town) => ({
    code: town.code,
    town_ar: town.ar,
    town_en: town.en,
    governorate_code: town.governorate,
    governorate_ar: governorates.get(town.governorate)?.ar ?? null,
    governorate_en: governorates.get(town.governorate)?.en ?? null,
  }));
}

const full = (name: PersonName, lang: 'ar' | 'en'): string =>
  [name.given, name.father, name.grandfather, name.family].map((part) => part[lang]).join(' ');

export function personRow(p: Person): Row {
  return {
    national_number: p.nationalNumber,
    sex: p.sex,
    nationality: 'JOR',
    given_ar: p.name.given.ar,
    given_en: p.name.given.en,
    father_ar: p.name.father.ar,
    father_en: p.name.father.en,
    grandfather_ar: p.name.grandfather.ar,
    grandfather_en: p.name.grandfather.en,
    family_ar: p.name.family.ar,
    family_en: p.name.family.en,
    mother_name_ar: full(p.motherName, 'ar'),
    mother_name_en: full(p.motherName, 'en'),
    father_number: p.fatherNumber ?? null,
    mother_number: p.motherNumber ?? null,
    office_code: p.registerTown,
    record_number: p.civilRecordNumber,
    residence_code: p.residenceTown,
  };
}

export function birthRow(p: Person): Row {
  const { father, grandfather, family } = p.name;
  return {
    registration_number: p.birthRegistrationNumber,
    national_number: p.nationalNumber,
    occurred_on: p.bornOn,
    place_code: p.birthTown,
    plurality: p.birthPlurality,
    father_name_ar: [father.ar, grandfather.ar, family.ar].join(' '),
    father_name_en: [father.en, grandfather.en, family.en].join(' '),
    registered_on: p.birthRegisteredOn,
  };
}

export function deathRow(p: Person): Row[] {
  if (p.death === undefined) return [];
  return [
    {
      registration_number: p.death.registrationNumber,
      national_number: p.nationalNumber,
      occurred_on: p.death.diedOn,
      place_code: p.death.town,
      registered_on: p.death.registeredOn,
    },
  ];
}

export function marriageRow(m: Marriage): Row {
  return {
    contract_number: m.contractNumber,
    family_book_number: m.familyBookNumber,
    husband_number: m.husbandNumber,
    wife_number: m.wifeNumber,
    occurred_on: m.marriedOn,
    place_code: m.town,
    divorced_on: m.divorcedOn ?? null,
  };
}
