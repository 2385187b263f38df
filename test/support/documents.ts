const text = (value: string) => ({ en: value, ar: value });
const place = {
  code: '101',
  town: text('Amman'),
  governorate: text('Amman'),
  governorateCode: 'JO-AM',
};

/** A word that stands in a claim outside the agreement, to be looked for where it must not be. */
export const WITHHELD = 'NeverToBeDisclosed';

/** A whole personal extract of nobody, as the schema wants it. */
export const personalExtract = (changes: Record<string, unknown> = {}) => ({
  asOf: new Date().toISOString(),
  nationalNumber: '0009990001',
  givenName: text('Samer'),
  fatherName: text('Yousef'),
  grandfatherName: text('Khalil'),
  familyName: text('Example'),
  motherName: text(WITHHELD),
  sex: 'male',
  birthDate: '1984-05-21',
  birthPlace: place,
  nationality: 'JOR',
  maritalStatus: 'single',
  lifeStatus: 'alive',
  deathDate: null,
  civilRecordNumber: '1',
  registryOffice: place,
  residence: place,
  fatherNationalNumber: null,
  motherNationalNumber: null,
  ...changes,
});
