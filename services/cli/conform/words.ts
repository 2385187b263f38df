import { CHECKS, isReady, type Result, SUITE } from '../../conformance/domain/checks.ts';
import { WaslError } from '../../kernel/codes.ts';
import type { Verdict } from '../../kernel/readiness.ts';
import { type End, endOfError } from '../end.ts';

const MARKS: Readonly<Record<Verdict, string>> = {
  passed: '✓',
  failed: '✗',
  'not-run': '–',
  'not-applicable': '·',
};

/** One check for a person, as it ends: what it is, and unless it passed, what happened and how to mend it, in both languages. */
export const wordsOf = ({ check, verdict, what }: Result): string => {
  const { title, mend } = CHECKS[check];
  const lines = [`${MARKS[verdict]} ${title.en} (${check})`];
  if (what !== undefined) lines.push(`    ${what.en}`);
  if (verdict === 'failed')
    lines.push(`    How to mend it: ${mend.en}`, `    ${title.ar}. ${what?.ar ?? ''}`, `    الإصلاح: ${mend.ar}`);
  else if (what !== undefined) lines.push(`    ${what.ar}`);
  return lines.join('\n');
};

const count = (results: readonly Result[], verdict: Verdict): number =>
  results.filter((result) => result.verdict === verdict).length;

/** How a run ended: fine when the adapter is ready, refused when not. */
export const endOf = (results: readonly Result[], json: object, next: readonly string[]): End => {
  const ready = isReady(results);
  const all = {
    ...json,
    suite: SUITE,
    ready,
    results: results.map(({ check, verdict, what }) => ({
      check,
      verdict,
      required: CHECKS[check].required,
      title: CHECKS[check].title,
      ...(what === undefined ? {} : { what }),
      ...(verdict === 'failed' ? { mend: CHECKS[check].mend } : {}),
    })),
  };
  const counted = `${count(results, 'passed')} passed, ${count(results, 'failed')} failed, ${count(results, 'not-run')} not made, ${count(results, 'not-applicable')} not applicable.`;
  if (ready) return { kind: 'delivered', json: all, text: ['', counted, ...next].join('\n') };
  const failed = count(results, 'failed');
  const missing = results.filter(({ check, verdict }) => verdict === 'not-run' && CHECKS[check].required).length;
  const end = endOfError(new WaslError('not-conformant', { failed, checks: results.length, missing }));
  return { ...end, json: { ...end.json, ...all }, text: ['', counted, end.text].join('\n') };
};
