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

/** A whole vehicle registration of nobody. */
export const vehicleRegistration = (changes: Record<string, unknown> = {}) => ({
  asOf: new Date().toISOString(),
  plate: '70-12345',
  registrationNumber: 'EX-1',
  ownerNationalNumber: '0009990099',
  ownerName: text('Nobody Example'),
  use: 'private',
  make: text('Example'),
  model: text('One'),
  modelYear: 2019,
  colour: text('white'),
  chassisNumber: 'EXAMPLE0000000001',
  engineNumber: 'E1',
  fuel: 'hybrid',
  engineCapacityCc: 1600,
  seats: 5,
  firstRegisteredOn: '2019-03-01',
  expiresOn: '2027-03-01',
  insuredUntil: '2027-03-01',
  registrationOffice: place,
  lienHolder: null,
  ...changes,
});
