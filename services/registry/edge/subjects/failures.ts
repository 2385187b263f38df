import { type Code, type Params, sentence, type WaslError } from '../../../kernel/codes.ts';
import type { Language, RestReply } from '../../../platform/web/index.ts';

/** HTTP status and `error_code` of each of our codes, as the API's own clients know them. */
const FAILURES: Readonly<Partial<Record<Code, readonly [status: number, errorCode: number]>>> = {
  'malformed-message': [400, 400],
  'duplicate-json-name': [400, 400],
  'credentials-needed': [401, 40101],
  'no-such-route': [404, 404],
  'schema-subject-unknown': [404, 40401],
  'schema-version-unknown': [404, 40402],
  'schema-unknown': [404, 40403],
  'schema-level-not-set': [404, 40408],
  'schema-mode-not-set': [404, 40409],
  'schema-incompatible': [409, 409],
  'schema-unproven': [409, 409],
  'message-too-large': [413, 413],
  'media-type-unsupported': [415, 415],
  'host-not-allowed': [421, 421],
  'schema-call-invalid': [422, 42201],
  'schema-not-json': [422, 42201],
  'schema-invalid': [422, 42201],
  'schema-too-deep': [422, 42201],
  'schema-draft-unknown': [422, 42201],
  'schema-reference-unreachable': [422, 42201],
  'schema-reference-loop': [422, 42201],
  'schema-check-exhausted': [422, 42201],
  'schema-type-unsupported': [422, 42201],
  'schema-version-invalid': [422, 42202],
  'schema-level-invalid': [422, 42203],
  'schema-mode-invalid': [422, 42204],
  'schema-frozen': [422, 42205],
  'schema-not-imported': [422, 42205],
  'schema-read-only': [422, 42205],
  'schema-subject-invalid': [422, 42208],
  'schema-too-large': [422, 42209],
  'store-unavailable': [500, 50001],
};
const ANY: readonly [number, number] = [500, 500];

/** A code in the API's form; the message is its sentence in the caller's language, and what else there is to say. */
export const failureOf = (code: Code, params: Params, language: Language, more: readonly string[] = []): RestReply => {
  const [status, errorCode] = FAILURES[code] ?? ANY;
  return {
    status,
    body: { error_code: errorCode, message: [sentence(code, language, params), ...more].join(' ') },
    ...(status === 401 ? { headers: { 'www-authenticate': 'Basic realm="schemas"' } } : {}),
  };
};

export const failed = ({ code, params }: WaslError, language: Language): RestReply => failureOf(code, params, language);
