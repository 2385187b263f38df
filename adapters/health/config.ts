import { adapterSettings, defineSettings } from '../kit/index.ts';

/** What Health's adapter is told when it starts. */
export const healthSettings = defineSettings({
  ...adapterSettings,
  sourceUrl: { type: 'text', sentence: 'Base address of the health system’s FHIR R4 endpoint.' },
});
