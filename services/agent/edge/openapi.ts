import { WaslError } from '../../kernel/codes.ts';
import type { JsonObject } from '../../kernel/strict-json.ts';
import { problemOf } from '../../platform/web/index.ts';
import type { DescribedRoute } from './routes.ts';

const PROBLEM: JsonObject = {
  type: 'object',
  description: 'RFC 9457, with a stable code, the sentence in both languages, and whose move is next.',
  required: ['type', 'title', 'status', 'detail', 'code', 'message', 'nextMove'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string' },
    message: {
      type: 'object',
      required: ['en', 'ar'],
      properties: { en: { type: 'string' }, ar: { type: 'string' } },
    },
    nextMove: { type: 'string' },
  },
};

const SHARED = {
  '400': 'The call does not follow its schema.',
  '401': 'The bearer token is missing or wrong.',
  '413': 'The body is too large.',
  '415': 'The body is not application/json.',
  '421': 'The call names a host that is not a loopback one.',
  '500': 'Something broke.',
};

const answer = (status: string, description: string): JsonObject => ({
  description,
  content:
    Number(status) >= 400
      ? {
          'application/problem+json': {
            schema: { $ref: '#/components/schemas/Problem' },
            ...(status === '403' ? { example: { ...problemOf(new WaslError('no-agreement'), 'en') } as never } : {}),
          },
        }
      : { 'application/json': { schema: { type: 'object' } } },
});

/** OpenAPI 3.1 of the agent, from the very routes and schemas that serve. */
export const openApi = (routes: readonly DescribedRoute[], token: boolean): JsonObject => {
  const paths: Record<string, JsonObject> = {};
  for (const { method, path, summary, body, example, answers } of routes) {
    const headers = method === 'POST' ? { parameters: [{ $ref: '#/components/parameters/IdempotencyKey' }] } : {};
    paths[path] = {
      ...paths[path],
      [method.toLowerCase()]: {
        summary,
        ...headers,
        ...(body === undefined
          ? {}
          : {
              requestBody: {
                required: true,
                content: { 'application/json': { schema: body, ...(example === undefined ? {} : { example }) } },
              },
            }),
        responses: Object.fromEntries(
          Object.entries({ ...SHARED, ...answers }).map(([status, said]) => [status, answer(status, said)]),
        ),
      },
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Wasl agent',
      version: '1',
      description:
        'The kit of one agency, for its own systems. A document that it returns was verified and is in the clear.',
    },
    paths,
    ...(token ? { security: [{ bearer: [] }] } : {}),
    components: {
      schemas: { Problem: PROBLEM },
      parameters: {
        IdempotencyKey: {
          name: 'Idempotency-Key',
          in: 'header',
          required: false,
          schema: { type: 'string', minLength: 1, maxLength: 255 },
          description:
            'The same call under the same key gets the first outcome, for 24 hours while the agent runs; after an unavailable one it is asked again.',
        },
      },
      ...(token ? { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } } : {}),
    },
  };
};
