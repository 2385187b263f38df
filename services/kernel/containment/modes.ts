import { findingsOf } from './check.ts';
import type { Check, CompatibilityMode, Finding, Judge, SchemaSource, Verdict } from './face.ts';

export const COMPATIBILITY_MODES: readonly CompatibilityMode[] = [
  'backward',
  'forward',
  'full',
  'backward-transitive',
  'forward-transitive',
  'full-transitive',
  'none',
];

/**
 * Whether a new version may follow the older ones. Backward: it accepts every document that they accept; forward: they accept every document
 * that it accepts; transitive: against all of them, otherwise against the last. Throws `schema-invalid`, `schema-draft-unknown`,
 * `schema-reference-unreachable` and `schema-reference-loop` for a schema that cannot be read.
 */
export const checkCompatibility = (input: {
  readonly older: readonly SchemaSource[];
  readonly next: SchemaSource;
  readonly mode: CompatibilityMode;
  readonly judge: Judge;
}): Check => {
  const { older, next, mode, judge } = input;
  if (mode === 'none') return { verdict: 'compatible', findings: [], steps: 0 };
  const [base] = mode.split('-');
  const findings: Finding[] = [];
  let steps = 0;
  for (const [index, version] of older.entries()) {
    if (!mode.endsWith('-transitive') && index < older.length - 1) continue;
    const found = [
      ...(base === 'forward' ? [] : [findingsOf(version, next, 'backward', judge)]),
      ...(base === 'backward' ? [] : [findingsOf(next, version, 'forward', judge)]),
    ];
    for (const each of found) {
      steps += each.steps;
      findings.push(...each.findings.map((finding) => ({ ...finding, against: index })));
    }
  }
  return { verdict: worst(findings), findings, steps };
};

const worst = (findings: readonly Finding[]): Verdict => {
  if (findings.some(({ verdict }) => verdict === 'incompatible')) return 'incompatible';
  return findings.length > 0 ? 'unproven' : 'compatible';
};
