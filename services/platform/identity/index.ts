// The door to what an identity's folder says beside its keys: `pins.json` and `bus.json`.
export { type BusAddresses, readBusAddresses, writeBusAddresses } from './bus-addresses.ts';
export { type Pins, readPins } from './pins.ts';
