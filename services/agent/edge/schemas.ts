import type { JsonObject } from '../../kernel/strict-json.ts';

const text = (description: string, maxLength: number): JsonObject => ({
  type: 'string',
  minLength: 1,
  maxLength,
  description,
});
const DEADLINE: JsonObject = {
  type: 'integer',
  minimum: 100,
  maximum: 60_000,
  description: 'How long to wait for the answer, ms; 10,000 unless told.',
};
const OFFICER = text('Acting officer; sealed to the provider and the audit service.', 128);

/** Body of `POST /v1/requests`: what is validated, and what the description says. */
export const ASK: JsonObject = {
  type: 'object',
  additionalProperties: false,
  required: ['from', 'documentType', 'subject', 'purpose'],
  properties: {
    from: text('Agency that is asked.', 100),
    documentType: text('Document type.', 100),
    documentVersion: { type: 'integer', minimum: 1, description: 'Major version; 1 unless told.' },
    subject: {
      type: 'object',
      additionalProperties: false,
      required: ['scheme', 'value'],
      description: 'About whom or what; sealed to the provider and the audit service.',
      properties: { scheme: text('Scheme of the identifier.', 64), value: text('The identifier.', 64) },
    },
    purpose: text('Agreed purpose.', 100),
    claims: {
      type: 'array',
      minItems: 1,
      maxItems: 100,
      items: text('Name of a claim.', 64),
      description: 'Claims wanted; all that the agreement opens unless told.',
    },
    caseReference: text('Case reference; sealed likewise.', 128),
    officer: OFFICER,
    deadlineMs: DEADLINE,
    retryOf: text('Request that this one repeats, after an end without an answer.', 36),
  },
};

export const ASK_EXAMPLE: JsonObject = {
  from: 'civil-status',
  documentType: 'civil-status.personal-extract',
  subject: { scheme: 'jo:national-number', value: '0009990001' },
  purpose: 'issue-driving-licence',
  caseReference: 'LIC-2041',
  officer: 'officer-17',
};

/** Body of `POST /v1/tickets/collect`. */
export const COLLECT: JsonObject = {
  type: 'object',
  additionalProperties: false,
  required: ['ticket'],
  properties: {
    ticket: text('The ticket of the deferred outcome.', 32_768),
    officer: OFFICER,
    deadlineMs: DEADLINE,
  },
};

export const COLLECT_EXAMPLE: JsonObject = { ticket: 'eyJhbGciOiJFQ0RILUVTK0EyNTZLVyIs...' };
