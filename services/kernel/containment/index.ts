export type { Check, CompatibilityMode, Finding, Judge, SchemaSource, Verdict } from './face.ts';
export { COMPATIBILITY_MODES, checkCompatibility } from './modes.ts';
export { readSchemaText } from './read.ts';
export { boundedMatcher } from './regex/index.ts';
