import { adapterSettings, defineSettings } from '../kit/index.ts';

/** What Transport's adapter is told when it starts. */
export const transportSettings = defineSettings({
  ...adapterSettings,
  sourceUrl: { type: 'text', sentence: 'Address of the traffic register’s SOAP service.' },
});
