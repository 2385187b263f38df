export type Text = { readonly ar: string; readonly en: string };
export type Office = {
  readonly code: string;
  readonly town: Text;
  readonly governorate: Text;
  readonly governorateCode: string;
};
export type RegisteredPerson = { readonly nationalNumber: string; readonly name: Text; readonly birthDate: string };

/** `Licence` of the WSDL. A repeated element is an array, absent when there is none. */
export interface LicenceElement {
  readonly licenceNumber: string;
  readonly holder: RegisteredPerson;
  readonly category: readonly string[];
  readonly firstIssuedOn: string;
  readonly issuedOn: string;
  readonly expiresOn: string;
  readonly office: Office;
  readonly bloodGroup: string;
  readonly restriction?: readonly string[];
  readonly suspended: boolean;
}

/** `Vehicle` of the WSDL. */
export interface VehicleElement {
  readonly plate: string;
  readonly registrationNumber: string;
  readonly owner: RegisteredPerson;
  readonly use: string;
  readonly make: Text;
  readonly model: Text;
  readonly modelYear: number;
  readonly colour: Text;
  readonly chassisNumber: string;
  readonly engineNumber: string;
  readonly fuel: string;
  readonly engineCapacityCc: number;
  readonly seats: number;
  readonly firstRegisteredOn: string;
  readonly expiresOn: string;
  readonly insuredUntil: string;
  readonly office: Office;
  readonly lienHolder?: Text;
}
