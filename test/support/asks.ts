import type { Ask } from '../../adapters/kit/index.ts';

export const EXTRACT = 'civil-status.personal-extract';
export const VEHICLE = 'transport.vehicle-registration';

/** What transport may ask of civil-status, about the subject of `personalExtract()`. */
export const ASK: Ask = {
  from: 'civil-status',
  documentType: EXTRACT,
  subject: { scheme: 'jo:national-number', value: '0009990001' },
  purpose: 'issue-driving-licence',
};

/** What civil-status may ask of transport, about the subject of `vehicleRegistration()`. */
export const ASK_VEHICLE: Ask = {
  from: 'transport',
  documentType: VEHICLE,
  subject: { scheme: 'jo:vehicle-plate', value: '70-12345' },
  purpose: 'estate-inventory',
};
