import type { LicenceElement, VehicleElement } from './elements.ts';

/** `transport.driving-licence` v1 from the register's element; `asOf` is when the register was read. */
export function drivingLicence(licence: LicenceElement, asOf: string) {
  return {
    asOf,
    licenceNumber: licence.licenceNumber,
    holderNationalNumber: licence.holder.nationalNumber,
    holderName: licence.holder.name,
    birthDate: licence.holder.birthDate,
    categories: [licence.category].flat(),
    firstIssuedOn: licence.firstIssuedOn,
    issuedOn: licence.issuedOn,
    expiresOn: licence.expiresOn,
    issuingOffice: licence.office,
    bloodGroup: licence.bloodGroup,
    restrictions: [licence.restriction ?? []].flat(),
    licenceStatus: status(licence, asOf),
  };
}

function status(licence: LicenceElement, asOf: string): 'valid' | 'expired' | 'suspended' {
  if (licence.suspended) return 'suspended';
  // A licence is good through the day printed on it. ISO dates sort as text.
  return licence.expiresOn < asOf.slice(0, 10) ? 'expired' : 'valid';
}

/** `transport.vehicle-registration` v1 from the register's element. */
export function vehicleRegistration(vehicle: VehicleElement, asOf: string) {
  return {
    asOf,
    plate: vehicle.plate,
    registrationNumber: vehicle.registrationNumber,
    ownerNationalNumber: vehicle.owner.nationalNumber,
    ownerName: vehicle.owner.name,
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
    registrationOffice: vehicle.office,
    lienHolder: vehicle.lienHolder ?? null,
  };
}
