/** A text in both languages, as the schemas' `bilingual`. */
type Bilingual = { readonly ar: string; readonly en: string };
/** A town and its governorate, as the schemas' `place`: the views build it. */
type Place = {
  readonly code: string;
  readonly town: Bilingual;
  readonly governorate: Bilingual;
  readonly governorateCode: string;
};

/** A row of `extract.personal`. Dates are ISO dates. */
export type PersonalRow = Readonly<
  Record<
    | `${'given' | 'father' | 'grandfather' | 'family' | 'mother_name'}_${'ar' | 'en'}`
    | 'national_number'
    | 'sex'
    | 'nationality'
    | 'record_number'
    | 'birth_date'
    | 'life_status'
    | 'marital_status',
    string
  > &
    Record<'father_number' | 'mother_number' | 'death_date', string | null> &
    Record<'birth_place' | 'office' | 'residence', Place>
>;

/** A row of `extract.birth`. */
export type BirthRow = Readonly<
  Record<
    | `${'given' | 'family' | 'father_name' | 'mother_name'}_${'ar' | 'en'}`
    | 'national_number'
    | 'registration_number'
    | 'registered_on'
    | 'sex'
    | 'nationality'
    | 'record_number'
    | 'birth_date',
    string
  > &
    Record<'father_number' | 'mother_number', string | null> & { birth_place: Place; plurality: number }
>;

/** A row of `extract.family`; `members` is built by the view in the schema's shape. */
export type FamilyRow = Readonly<
  Record<
    | 'family_book_number'
    | 'record_number'
    | 'husband_number'
    | 'wife_number'
    | 'contract_number'
    | 'marriage_date'
    | 'marriage_status',
    string
  > &
    Record<'office' | 'residence' | 'marriage_place', Place> &
    Record<'head_name' | 'wife_name', Bilingual> & {
      divorce_date: string | null;
      children_count: number;
      members: readonly Readonly<Record<string, string | Bilingual>>[];
    }
>;

/** `civil-status.personal-extract` v1 from its row; `asOf` is when the register was read. */
export function personalExtract(row: PersonalRow, asOf: string) {
  return {
    asOf,
    nationalNumber: row.national_number,
    givenName: { ar: row.given_ar, en: row.given_en },
    fatherName: { ar: row.father_ar, en: row.father_en },
    grandfatherName: { ar: row.grandfather_ar, en: row.grandfather_en },
    familyName: { ar: row.family_ar, en: row.family_en },
    motherName: { ar: row.mother_name_ar, en: row.mother_name_en },
    sex: row.sex,
    birthDate: row.birth_date,
    birthPlace: row.birth_place,
    nationality: row.nationality,
    maritalStatus: row.marital_status,
    lifeStatus: row.life_status,
    deathDate: row.death_date,
    civilRecordNumber: row.record_number,
    registryOffice: row.office,
    residence: row.residence,
    fatherNationalNumber: row.father_number,
    motherNationalNumber: row.mother_number,
  };
}

/** `civil-status.family-extract` v1 from its row. */
export function familyExtract(row: FamilyRow, asOf: string) {
  return {
    asOf,
    familyBookNumber: row.family_book_number,
    civilRecordNumber: row.record_number,
    registryOffice: row.office,
    headNationalNumber: row.husband_number,
    headName: row.head_name,
    wifeNationalNumber: row.wife_number,
    wifeName: row.wife_name,
    marriageContractNumber: row.contract_number,
    marriageDate: row.marriage_date,
    marriagePlace: row.marriage_place,
    marriageStatus: row.marriage_status,
    divorceDate: row.divorce_date,
    childrenCount: row.children_count,
    members: row.members,
    residence: row.residence,
  };
}

/** `civil-status.birth-certificate` v1 from its row. */
export function birthCertificate(row: BirthRow, asOf: string) {
  return {
    asOf,
    birthRegistrationNumber: row.registration_number,
    registeredOn: row.registered_on,
    // A birth is registered where it happened.
    registryOffice: row.birth_place,
    nationalNumber: row.national_number,
    givenName: { ar: row.given_ar, en: row.given_en },
    familyName: { ar: row.family_ar, en: row.family_en },
    sex: row.sex,
    birthDate: row.birth_date,
    birthPlace: row.birth_place,
    plurality: row.plurality === 1 ? 'single' : 'twin',
    nationality: row.nationality,
    fatherFullName: { ar: row.father_name_ar, en: row.father_name_en },
    fatherNationalNumber: row.father_number,
    motherFullName: { ar: row.mother_name_ar, en: row.mother_name_en },
    motherNationalNumber: row.mother_number,
    civilRecordNumber: row.record_number,
  };
}
