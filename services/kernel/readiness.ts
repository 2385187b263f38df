import { WaslError } from './codes.ts';
import type { Digest } from './digest.ts';
import { type Fields, readFields } from './fields.ts';
import { type AgencyId, CONFORMANCE, type DocumentType, parseAgencyId, parseDocumentType } from './ids.ts';
import { readJws, signJws } from './jws.ts';
import type { EcPublicJwk, Primitives, Signer } from './keys.ts';
import { DIGEST, TYP } from './statements.ts';

export const VERDICTS = ['passed', 'failed', 'not-run', 'not-applicable'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** How one check of the suite ended. */
export interface CheckEnd {
  readonly check: string;
  readonly verdict: Verdict;
  readonly required: boolean;
}

/** What the conformance suite found of an agency's adapter, through the bus. */
export interface Readiness {
  readonly agency: AgencyId;
  readonly documentType: DocumentType;
  readonly documentVersion: number;
  readonly schema: Digest;
  /** Version of the suite. */
  readonly suite: string;
  readonly results: readonly CheckEnd[];
  /** Digest of the adapter's build, as its integrator declared it; nobody has checked it. */
  readonly build?: string;
  readonly timeMs: number;
}

/** How long a report counts. */
const READINESS_MS = 30 * 86_400_000;
const CHECK_ID = /^[a-z]+(-[a-z]+)*$/;

/** `suite`: the signing key of the gateway `conformance`, for which the authority's root vouches. */
export const signReadiness = (suite: Signer, of: Readiness): Promise<string> =>
  signJws(suite, TYP.readiness, {
    iss: CONFORMANCE,
    aud: 'wasl',
    agency: of.agency,
    documentType: of.documentType,
    documentVersion: of.documentVersion,
    schema: of.schema,
    suite: of.suite,
    results: of.results.map(({ check, verdict, required }) => ({ check, verdict, required })),
    ...(of.build === undefined ? {} : { build: of.build }),
    timeMs: of.timeMs,
  });

const parseEnd = (item: Fields): CheckEnd => ({
  check: item.text('check', CHECK_ID, 64),
  verdict: item.oneOf('verdict', VERDICTS),
  required: item.flag('required'),
});

/** Verifies a report. Errors: `signature-invalid`, `malformed-message`, `wrong-type`. */
export const verifyReadiness = async (primitives: Primitives, suite: EcPublicJwk, jws: string): Promise<Readiness> => {
  const f = readFields(await readJws(jws, TYP.readiness).verify(primitives, suite), 'readiness');
  f.oneOf('iss', [CONFORMANCE]);
  f.oneOf('aud', ['wasl']);
  const build = f.optionalText('build', undefined, 128);
  const readiness: Readiness = {
    agency: parseAgencyId(f.text('agency')),
    documentType: parseDocumentType(f.text('documentType')),
    documentVersion: f.count('documentVersion'),
    schema: f.text('schema', DIGEST) as Digest,
    suite: f.text('suite'),
    results: f.list('results', 200, parseEnd),
    ...(build === undefined ? {} : { build }),
    timeMs: f.count('timeMs'),
  };
  f.done();
  return readiness;
};

/** What keeps a run from making an agency ready: what failed, and what is needed and was not made. */
export const hindrancesIn = (results: readonly CheckEnd[]): readonly CheckEnd[] =>
  results.filter(({ verdict, required }) => verdict === 'failed' || (verdict === 'not-run' && required));

/** Whether a report, verified, lets this agency in. Errors: `readiness-of-another`, `readiness-too-old`, `readiness-not-passed`. */
export const checkReadiness = (readiness: Readiness, agency: AgencyId, nowMs: number): void => {
  if (readiness.agency !== agency) throw new WaslError('readiness-of-another', { agency });
  const ageMs = nowMs - readiness.timeMs;
  if (ageMs > READINESS_MS || ageMs < -READINESS_MS) throw new WaslError('readiness-too-old', { agency });
  const [hindrance] = hindrancesIn(readiness.results);
  if (hindrance !== undefined || readiness.results.length === 0) {
    throw new WaslError('readiness-not-passed', { agency, check: hindrance?.check ?? '-' });
  }
};
