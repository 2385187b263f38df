import { readFields } from './fields.ts';
import type { JsonObject } from './strict-json.ts';

export interface Subject {
  readonly scheme: string;
  readonly value: string;
}

/** What the private part says; only the provider and the audit service read it. */
export interface PrivatePart {
  readonly subject: Subject;
  readonly caseReference?: string;
  readonly officer?: string;
  /** What the provider gave for a deferred answer; stands exactly when the open part `collects`. */
  readonly ticket?: string;
}

/** Longest ticket of a provider, characters. */
export const MAX_TICKET = 128;
const SCHEME = /^[a-z]{2}:[a-z]+(-[a-z]+)*$/;

export const subjectJson = ({ scheme, value }: Subject): JsonObject => ({ scheme, value });

export const privatePayload = (part: PrivatePart): JsonObject => ({
  subject: subjectJson(part.subject),
  ...(part.caseReference === undefined ? {} : { caseReference: part.caseReference }),
  ...(part.officer === undefined ? {} : { officer: part.officer }),
  ...(part.ticket === undefined ? {} : { ticket: part.ticket }),
});

export const readSubject = (fields: ReturnType<typeof readFields>): Subject => {
  const subject = fields.fields('subject');
  const read = { scheme: subject.text('scheme', SCHEME, 64), value: subject.text('value', undefined, 64) };
  subject.done();
  return read;
};

export const parsePrivate = (payload: JsonObject): PrivatePart => {
  const fields = readFields(payload, 'private');
  const caseReference = fields.optionalText('caseReference', undefined, 128);
  const officer = fields.optionalText('officer', undefined, 128);
  const ticket = fields.optionalText('ticket', undefined, MAX_TICKET);
  const part: PrivatePart = {
    subject: readSubject(fields),
    ...(caseReference === undefined ? {} : { caseReference }),
    ...(officer === undefined ? {} : { officer }),
    ...(ticket === undefined ? {} : { ticket }),
  };
  fields.done();
  return part;
};
