import { WaslError } from '../../../kernel/codes.ts';
import type { Check } from '../../../kernel/containment/index.ts';
import type { Language } from '../../../platform/web/index.ts';
import { parseVersion } from '../../domain/subjects.ts';
import { readCandidate } from '../../domain/subjects-candidate.ts';
import type { Subjects } from '../../domain/subjects-register.ts';
import { ok, schemaJson, subjectOf, versionJson } from './answers.ts';
import { type DescribedRoute, ref } from './described.ts';
import { failureOf } from './failures.ts';

/** Findings that one message tells; the first ones say what to mend first. */
const TOLD = 3;

const EXAMPLE = { en: 'Such a document:', ar: 'مثال على وثيقة كهذه:' };
/** Characters of an example that a message shows at most. */
const SHOWN = 500;

const messagesOf = ({ findings }: Check, language: Language): readonly string[] =>
  findings.map((finding) => {
    const example = finding.example === undefined ? '' : JSON.stringify(finding.example);
    const shown = example === '' || example.length > SHOWN ? '' : ` ${EXAMPLE[language]} ${example}`;
    return finding[language] + shown;
  });

const BRINGS = [400, 413, 415, 422] as const;

/** Registering, looking up and comparing schemas; and that nothing is deleted. */
export const writeRoutes = (subjects: Subjects): readonly DescribedRoute[] => {
  const compare = (path: string, summary: string): DescribedRoute => ({
    method: 'POST',
    path,
    access: 'read',
    summary,
    query: { verbose: 'With true, why it is not.' },
    body: 'NewSchema',
    answer: ref('Compatible'),
    failures: [...BRINGS, 404],
    handle: async (call) => {
      const subject = subjectOf(call);
      const against = call.params.version === undefined ? 'all' : parseVersion(call.params.version);
      const compared = await subjects.compare(subject, against, readCandidate(call.body));
      const verbose = call.query.get('verbose') === 'true';
      return ok({
        is_compatible: compared.verdict === 'compatible',
        ...(verbose ? { messages: messagesOf(compared, call.language) } : {}),
      });
    },
  });
  const frozen = (path: string, summary: string): DescribedRoute => ({
    method: 'DELETE',
    path,
    access: 'write',
    summary,
    answer: {},
    failures: [422],
    handle: async () => {
      throw new WaslError('schema-frozen');
    },
  });
  return [
    {
      method: 'POST',
      path: '/subjects/:subject/versions',
      access: 'write',
      summary: 'Registers a schema as the next version of a subject; a schema that the subject has keeps its version.',
      body: 'NewSchema',
      answer: ref('Registered'),
      failures: [...BRINGS, 409],
      handle: async (call) => {
        const subject = subjectOf(call);
        const end = await subjects.register(subject, readCandidate(call.body));
        if (end.kind === 'registered') {
          const { id, version } = end.version;
          return ok({ id, version, ...schemaJson(end.version) });
        }
        const code = end.check.verdict === 'unproven' ? 'schema-unproven' : 'schema-incompatible';
        const why = messagesOf(end.check, call.language).slice(0, TOLD);
        return failureOf(code, {}, call.language, why);
      },
    },
    {
      method: 'POST',
      path: '/subjects/:subject',
      access: 'read',
      summary: 'The version of a subject that has this schema.',
      body: 'NewSchema',
      answer: ref('Version'),
      failures: [...BRINGS, 404],
      handle: async (call) => ok(versionJson(await subjects.lookup(subjectOf(call), readCandidate(call.body)))),
    },
    compare(
      '/compatibility/subjects/:subject/versions/:version',
      'Whether a schema is compatible with one version, under the subject’s level.',
    ),
    compare(
      '/compatibility/subjects/:subject/versions',
      'Whether a schema could become the next version of a subject.',
    ),
    frozen('/subjects/:subject', 'Refused: what is registered is frozen.'),
    frozen('/subjects/:subject/versions/:version', 'Refused: what is registered is frozen.'),
  ];
};
