/** One text in Arabic and in English. */
export interface Bilingual {
  readonly ar: string;
  readonly en: string;
}

export type Sex = 'male' | 'female';

/** The four-part name of Jordan's papers: own, father's, grandfather's, family. */
export interface PersonName {
  readonly given: Bilingual;
  readonly father: Bilingual;
  readonly grandfather: Bilingual;
  readonly family: Bilingual;
}

/** One invented person. Dates are ISO dates; places are town codes (`places.ts`). */
export interface Person {
  /** Ten digits, always from 000: a number that belongs to nobody. */
  readonly nationalNumber: string;
  readonly sex: Sex;
  readonly name: PersonName;
  readonly motherName: PersonName;
  /** Absent for the oldest generation, whose parents are not in the population. */
  readonly fatherNumber?: string;
  readonly motherNumber?: string;
  readonly bornOn: string;
  readonly birthTown: string;
  /** How many children that birth brought: 1, or 2 for twins. */
  readonly birthPlurality: 1 | 2;
  readonly birthRegistrationNumber: string;
  readonly birthRegisteredOn: string;
  /** Where the family's register page lies, and its number there (رقم القيد); a wife moves to her husband's page. */
  readonly registerTown: string;
  readonly civilRecordNumber: string;
  readonly residenceTown: string;
  readonly death?: Death;
}

export interface Death {
  readonly registrationNumber: string;
  readonly diedOn: string;
  readonly town: string;
  readonly registeredOn: string;
}

/** A marriage opens a family book (دفتر العائلة). */
export interface Marriage {
  readonly contractNumber: string;
  readonly familyBookNumber: string;
  readonly husbandNumber: string;
  readonly wifeNumber: string;
  readonly marriedOn: string;
  readonly town: string;
  readonly divorcedOn?: string;
}

/** Licence categories of the invented register: 3 private car, 4 public passenger car, 5 lorry, 6 lorry with trailer. */
export type LicenceCategory = '3' | '4' | '5' | '6';
export type LicenceRestriction = 'corrective-lenses' | 'automatic-transmission' | 'hearing-aid';

export interface DrivingLicence {
  readonly licenceNumber: string;
  readonly holderNumber: string;
  readonly categories: readonly LicenceCategory[];
  readonly firstIssuedOn: string;
  readonly issuedOn: string;
  readonly expiresOn: string;
  readonly officeTown: string;
  readonly bloodGroup: string;
  readonly restrictions: readonly LicenceRestriction[];
  readonly suspended: boolean;
}

export interface Vehicle {
  /** One or two digits, a hyphen, up to five digits, e.g. `12-34567`. */
  readonly plate: string;
  readonly ownerNumber: string;
  readonly registrationNumber: string;
  readonly use: 'private' | 'taxi' | 'goods';
  readonly make: Bilingual;
  readonly model: Bilingual;
  readonly modelYear: number;
  readonly colour: Bilingual;
  readonly chassisNumber: string;
  readonly engineNumber: string;
  readonly fuel: 'petrol' | 'diesel' | 'hybrid' | 'electric';
  /** Cubic centimetres; 0 for an electric vehicle. */
  readonly engineCapacityCc: number;
  readonly seats: number;
  readonly firstRegisteredOn: string;
  readonly expiresOn: string;
  readonly insuredUntil: string;
  readonly officeTown: string;
  /** Who holds a lien on the vehicle, if anybody (رهن). */
  readonly lienHolder?: Bilingual;
}

/** Everything the ministries' stand-in systems are filled from. Nobody in it exists. */
export interface Population {
  readonly invented: true;
  readonly seed: number;
  /** The day up to which things have happened in it (ISO date). */
  readonly referenceDate: string;
  readonly people: readonly Person[];
  readonly marriages: readonly Marriage[];
  readonly licences: readonly DrivingLicence[];
  readonly vehicles: readonly Vehicle[];
}
