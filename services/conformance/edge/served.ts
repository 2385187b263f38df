import { compileSchema } from '../../platform/validate/index.ts';
import type { CheckId, Finding } from '../domain/checks.ts';
import {
  CLAIMS,
  expectDelivered,
  expectNotFound,
  expectRefused,
  firstBad,
  notRun,
  type Problem,
  SEALING,
  type Seen,
  SIGNING,
  VALIDITY,
  without,
} from '../domain/judge.ts';
import { type Bench, REFUSAL_MS } from './bench.ts';

type Found = Partial<Record<CheckId, Finding>>;

/** One honest request, looked at from five sides. */
export const servedOnce = async ({ ask, subjects }: Bench): Promise<Found> => {
  const seen = await ask({ subject: subjects.known });
  const delivers = expectDelivered(seen);
  const side = (of: readonly Problem[]): Finding => {
    if (seen.kind === 'answer' && (delivers.verdict === 'passed' || of === SIGNING)) return without(seen, of);
    return notRun('No document came to be looked at.', 'لم تصل وثيقة للنظر فيها.');
  };
  return {
    delivers,
    'answer-signed': side(SIGNING),
    'document-sealed': side(SEALING),
    'document-valid': side(VALIDITY),
    'claims-agreed': side(CLAIMS),
  };
};

const deliveredWhole = (seen: Seen): Finding => {
  const delivered = expectDelivered(seen);
  if (delivered.verdict !== 'passed' || seen.kind !== 'answer') return delivered;
  return without(seen, [...SIGNING, ...SEALING, ...VALIDITY, ...CLAIMS]);
};

/** Every agreed claim by itself: what stands beside it must not come along. */
export const withheld = async ({ ask, ground, subjects }: Bench): Promise<Finding> => {
  const { claims } = ground.terms;
  if (claims.length < 2) {
    return { verdict: 'not-applicable', what: { en: 'There is one claim alone.', ar: 'ليس هناك إلا بيان واحد.' } };
  }
  const findings: Finding[] = [];
  for (const claim of [claims[0], claims.at(-1)]) {
    if (claim !== undefined) findings.push(deliveredWhole(await ask({ subject: subjects.known, claims: [claim] })));
  }
  return firstBad(findings);
};

export const unknownSubject = async ({ ask, subjects }: Bench): Promise<Finding> =>
  expectNotFound(await ask({ subject: subjects.unknown }));

const NONSENSE = ['!', '?!', 'x'.repeat(64), '\u0000'];

export const malformedSubject = async ({ ask, ground, subjects }: Bench): Promise<Finding> => {
  const { scheme } = subjects.known;
  const schema = compileSchema(ground.document.schemaDigest, ground.document.schema);
  const made = NONSENSE.find((value) => schema.subject(scheme, value) === 'invalid');
  const malformed = subjects.malformed ?? (made === undefined ? undefined : { scheme, value: made });
  const foreign = expectRefused(
    await ask({ subject: { scheme: 'xx:no-such-scheme', value: subjects.known.value } }, { withinMs: REFUSAL_MS }),
    ['unknown-subject-scheme'],
  );
  if (malformed === undefined || foreign.verdict !== 'passed') {
    return firstBad([
      foreign,
      notRun(
        'The schema allows every subject; name one of the wrong form as malformedSubject.',
        'يقبل المخطط كل معرِّف؛ اذكر معرِّفًا خاطئ الشكل باسم malformedSubject.',
      ),
    ]);
  }
  return expectRefused(await ask({ subject: malformed }, { withinMs: REFUSAL_MS }), ['invalid-subject']);
};
