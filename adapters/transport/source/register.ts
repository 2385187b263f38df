import {
  type Bilingual,
  type DrivingLicence,
  GOVERNORATES,
  type Person,
  type Population,
  townOf,
  type Vehicle,
} from '../../population/index.ts';

/** What the traffic register can be asked; its answers are in the shapes of `transport.wsdl`. */
export interface TrafficRegister {
  licenceOf(nationalNumber: string): object | undefined;
  licenceNumbered(licenceNumber: string): object | undefined;
  vehicleWithPlate(plate: string): object | undefined;
  vehiclesOf(nationalNumber: string): readonly object[];
}

/** Indexes the population's licences and vehicles as the traffic office holds them. */
export function openTrafficRegister(population: Population): TrafficRegister {
  const people = new Map(population.people.map((person) => [person.nationalNumber, person]));
  const person = (nationalNumber: string): object => {
    const found = people.get(nationalNumber);
    if (found === undefined) throw new Error('the register names somebody whom the population does not have');
    return personElement(found);
  };
  const byHolder = new Map(population.licences.map((licence) => [licence.holderNumber, licence]));
  const byNumber = new Map(population.licences.map((licence) => [licence.licenceNumber, licence]));
  const byPlate = new Map(population.vehicles.map((vehicle) => [vehicle.plate, vehicle]));
  const byOwner = new Map<string, Vehicle[]>();
  for (const vehicle of population.vehicles) {
    const owned = byOwner.get(vehicle.ownerNumber);
    if (owned === undefined) byOwner.set(vehicle.ownerNumber, [vehicle]);
    else owned.push(vehicle);
  }
  const licence = (found: DrivingLicence | undefined) => found && licenceElement(found, person(found.holderNumber));
  const vehicle = (found: Vehicle) => vehicleElement(found, person(found.ownerNumber));
  return {
    licenceOf: (nationalNumber) => licence(byHolder.get(nationalNumber)),
    licenceNumbered: (licenceNumber) => licence(byNumber.get(licenceNumber)),
    vehicleWithPlate: (plate) => {
      const found = byPlate.get(plate);
      return found && vehicle(found);
    },
    vehiclesOf: (nationalNumber) => (byOwner.get(nationalNumber) ?? []).map(vehicle),
  };
}

function officeElement(code: string): object {
  const town = townOf(code);
  const governorate = GOVERNORATES.find((g) => g.code === town.governorate);
  return {
    code,
    town: text(town),
    governorate: governorate && text(governorate),
    governorateCode: town.governorate,
  };
}

function text({ ar, en }: Bilingual): Bilingual {
  return { ar, en };
}

function personElement({ nationalNumber, name, bornOn }: Person): object {
  const full = (lang: 'ar' | 'en') =>
    [name.given, name.father, name.grandfather, name.family].map((part) => part[lang]).join(' ');
  return { nationalNumber, name: { ar: full('ar'), en: full('en') }, birthDate: bornOn };
}

function licenceElement(licence: DrivingLicence, holder: object): object {
  return {
    licenceNumber: licence.licenceNumber,
    holder,
    category: licence.categories,
    firstIssuedOn: licence.firstIssuedOn,
    issuedOn: licence.issuedOn,
    expiresOn: licence.expiresOn,
    office: officeElement(licence.officeTown),
    bloodGroup: licence.bloodGroup,
    restriction: licence.restrictions,
    suspended: licence.suspended,
  };
}

function vehicleElement(vehicle: Vehicle, owner: object): object {
  return {
    plate: vehicle.plate,
    registrationNumber: vehicle.registrationNumber,
    owner,
    use: vehicle.use,
    make: vehicle.make,
    model: vehicle.model,
    modelYear: vehicle.modelYear,
    colour: vehicle.colour,
    chassisNumber: vehicle.chassisNumber,
    engineNumber: vehicle.engineNumber,
    fuel: vehicle.fuel,
    engineCapacityCc: vehicle.engineCapacityCc,
    seats: vehicle.seats,
    firstRegisteredOn: vehicle.firstRegisteredOn,
    expiresOn: vehicle.expiresOn,
    insuredUntil: vehicle.insuredUntil,
    office: officeElement(vehicle.officeTown),
    ...(vehicle.lienHolder && { lienHolder: vehicle.lienHolder }),
  };
}
