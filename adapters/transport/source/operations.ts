import type { TrafficRegister } from './register.ts';

const NATIONAL_NUMBER = /^[0-9]{10}$/;
const LICENCE_NUMBER = /^[0-9]{8}$/;
const PLATE = /^[0-9]{1,2}-[0-9]{1,5}$/;

type Operation = (input: Readonly<Record<string, unknown>> | null | undefined) => object;

/** A SOAP 1.1 Fault as the `soap` library wants it thrown; its HTTP status is 500 (SOAP 1.1 s.6.2). */
function fault(code: 'Client' | 'Server', message: string, detail?: Readonly<Record<string, object>>) {
  return {
    Fault: { faultcode: `soap:${code}`, faultstring: message, ...(detail && { detail }), statusCode: 500 },
  };
}

/** The operations of `transport.wsdl`, by name. What is wrong with a question is a typed Fault of the WSDL. */
export function operations(register: TrafficRegister): Readonly<Record<string, Operation>> {
  return withFaultsOnly({
    DrivingLicenceByHolder: (input) =>
      licenceAnswer(register.licenceOf(read(input, 'nationalNumber', NATIONAL_NUMBER, 'InvalidNationalNumberFault'))),
    DrivingLicenceByNumber: (input) =>
      licenceAnswer(
        register.licenceNumbered(read(input, 'licenceNumber', LICENCE_NUMBER, 'InvalidLicenceNumberFault')),
      ),
    VehicleByPlate: (input) => {
      const vehicle = register.vehicleWithPlate(read(input, 'plate', PLATE, 'InvalidPlateFault'));
      return vehiclesAnswer(vehicle === undefined ? [] : [vehicle]);
    },
    VehiclesByOwner: (input) =>
      vehiclesAnswer(register.vehiclesOf(read(input, 'nationalNumber', NATIONAL_NUMBER, 'InvalidNationalNumberFault'))),
    Ping: () => ({ readAt: now() }),
  });
}

/** A defect of ours becomes a Server fault that tells the caller nothing of it. */
function withFaultsOnly(all: Readonly<Record<string, Operation>>): Readonly<Record<string, Operation>> {
  const guarded = Object.entries(all).map(([name, operation]) => {
    const guard: Operation = (input) => {
      try {
        return operation(input);
      } catch (error) {
        throw error instanceof Object && 'Fault' in error ? error : fault('Server', 'the register failed');
      }
    };
    return [name, guard] as const;
  });
  return Object.fromEntries(guarded);
}

const now = (): string => new Date().toISOString();

function read(input: Parameters<Operation>[0], field: string, shape: RegExp, faultName: string): string {
  const value = input?.[field];
  if (typeof value === 'string' && shape.test(value)) return value;
  // The value itself is not repeated: it may be somebody's number, mistyped.
  throw fault('Client', `${field} is malformed`, { [`tns:${faultName}`]: { 'tns:expected': shape.source } });
}

function licenceAnswer(licence: object | undefined): object {
  if (licence === undefined) throw noSuchRecord('driving-licences');
  return { readAt: now(), licence };
}

function vehiclesAnswer(vehicle: readonly object[]): object {
  if (vehicle.length === 0) throw noSuchRecord('vehicles');
  return { readAt: now(), vehicle };
}

function noSuchRecord(register: string) {
  return fault('Client', 'no such record', { 'tns:NoSuchRecordFault': { 'tns:register': register } });
}
