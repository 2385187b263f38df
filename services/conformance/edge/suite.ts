import { CHECK_IDS, type CheckId, type Finding, type Result } from '../domain/checks.ts';
import { failed, notRun, PASSED } from '../domain/judge.ts';
import { AdapterGone, type Bench, makeBench } from './bench.ts';
import type { Ground, Hands, Subjects } from './ground.ts';
import { cancel, concurrency, drain, reattaches, sourceDown, suspension } from './life.ts';
import { TRIALS } from './refused.ts';
import { malformedSubject, servedOnce, unknownSubject, withheld } from './served.ts';
import type { Attached, Wire } from './wire.ts';

export interface SuiteOptions {
  readonly ground: Ground;
  readonly subjects: Subjects;
  readonly hands: Hands;
  readonly wire: Wire;
  /** How long the adapter may take to attach. */
  readonly patienceMs: number;
  /** Settles when the adapter will not attach any more. */
  readonly ended?: Promise<unknown>;
  /** These alone; all of them unless told. */
  readonly only?: readonly CheckId[];
  /** Told of each check as it ends. */
  readonly onResult: (result: Result) => void;
}

const STEPS: Partial<Record<CheckId, (bench: Bench) => Promise<Finding>>> = {
  'claims-withheld': withheld,
  'not-found': unknownSubject,
  'malformed-subject': malformedSubject,
  ...TRIALS,
  cancel,
  suspension,
  concurrency,
  'source-down': sourceDown,
  reattaches,
  drain,
  events: async () => ({
    verdict: 'not-applicable',
    what: { en: 'The adapter declares no events.', ar: 'لا يعلن المحوِّل أي إشعارات.' },
  }),
};

/** Makes every check in turn; one that could not be made says so. */
export const runSuite = async (options: SuiteOptions): Promise<readonly Result[]> => {
  const { ground, wire, onResult } = options;
  const results: Result[] = [];
  const tell = (check: CheckId, finding: Finding): void => {
    const result = { check, ...finding };
    results.push(result);
    onResult(result);
  };
  const arriving = wire.attached(ground.provider.id, options.patienceMs);
  const never = options.ended?.then(() => undefined);
  const first = await (never === undefined ? arriving : Promise.race([arriving, never]));
  tell('attaches', attachedFinding(ground, first));
  const bench = first === undefined ? undefined : makeBench({ ...options, first });
  let served: Partial<Record<CheckId, Finding>> | undefined;
  for (const check of CHECK_IDS) {
    if (check === 'attaches') continue;
    if (options.only?.includes(check) === false) {
      tell(check, notRun('It was not asked for.', 'لم يُطلب.'));
      continue;
    }
    tell(
      check,
      await guarded(bench, async (of) => {
        const step = STEPS[check];
        if (step !== undefined) return step(of);
        served ??= await servedOnce(of);
        return served[check] ?? notRun('It was not tried.', 'لم يُجرَّب.');
      }),
    );
  }
  return results;
};

const guarded = async (bench: Bench | undefined, step: (bench: Bench) => Promise<Finding>): Promise<Finding> => {
  if (bench === undefined) return notRun('The adapter did not attach.', 'لم يتصل المحوِّل.');
  try {
    return await step(bench);
  } catch (error) {
    if (!(error instanceof AdapterGone)) throw error;
    return failed('The adapter is attached no more.', 'لم يعد المحوِّل متصلًا.');
  }
};

const attachedFinding = ({ provider, document }: Ground, attached: Attached | undefined): Finding => {
  if (attached === undefined)
    return failed('Nobody attached with this agency’s certificate.', 'لم يتصل أحد بشهادة هذه الجهة.');
  const { documentTypes } = attached;
  const foreign = documentTypes.find((type) => !type.startsWith(`${provider.id}.`));
  if (foreign !== undefined) {
    return failed(
      `It says that it provides ${foreign}, which is not the agency’s.`,
      `يعلن الوثيقة \u2068${foreign}\u2069 وهي ليست للجهة.`,
    );
  }
  if (!documentTypes.includes(document.type)) {
    return failed(
      `It does not say that it provides ${document.type}.`,
      `لا يعلن الوثيقة \u2068${document.type}\u2069.`,
    );
  }
  return attached.credits() > 0
    ? PASSED
    : failed('It takes no offers: its credits are 0.', 'لا يأخذ أي عرض: سعته صفر.');
};
