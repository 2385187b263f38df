import type { JsonObject } from '../../../kernel/strict-json.ts';
import { type DescribedRoute, ref, SHAPES } from './described.ts';
import { MEDIA_TYPES } from './media.ts';

const FAILURE_SENTENCES: Readonly<Record<string, string>> = {
  '400': 'The body cannot be read as JSON.',
  '401': 'Credentials are needed, or wrong (40101).',
  '404': 'There is no such subject (40401), version (40402), schema (40403), level (40408) or mode (40409).',
  '409': 'The schema is incompatible, or cannot be proven compatible; the message says what breaks.',
  '413': 'The body is larger than 4 MiB.',
  '415': 'The body is of another media type.',
  '422':
    'The schema (42201), version (42202), level (42203), mode (42204) or subject (42208) is not valid, the operation is not permitted (42205), or the schema is too large (42209).',
  '500': 'The registry’s database does not answer (50001).',
};

const content = (schema: JsonObject): JsonObject => Object.fromEntries(MEDIA_TYPES.map((type) => [type, { schema }]));
const nameOf = (path: string): string => path.replace(/:(\w+)/g, '{$1}');

/** OpenAPI 3.1 of the routes, made from the routes themselves. */
export const openApi = (routes: readonly DescribedRoute[], open: boolean): JsonObject => {
  const paths: Record<string, JsonObject> = {};
  for (const { method, path, access, summary, query = {}, body, answer, failures } of routes) {
    const parameters = [
      ...[...path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
        name,
        in: 'path',
        required: true,
        schema: { type: 'string' },
      })),
      ...Object.entries(query).map(([name, description]) => ({
        name,
        in: 'query',
        required: false,
        description,
        schema: { type: 'string' },
      })),
    ];
    const refused = [...failures, 401, 500].sort().map(String);
    const answers: Record<string, JsonObject> =
      Object.keys(answer).length === 0 ? {} : { '200': { description: 'Done.', content: content(answer) } };
    for (const status of refused) {
      answers[status] = { description: FAILURE_SENTENCES[status] ?? '', content: content(ref('Failure')) };
    }
    paths[nameOf(path)] = {
      ...paths[nameOf(path)],
      [method.toLowerCase()]: {
        summary,
        ...(parameters.length === 0 ? {} : { parameters }),
        ...(body === undefined ? {} : { requestBody: { required: true, content: content(ref(body)) } }),
        responses: answers,
        security: access === 'read' && open ? [] : [{ basic: [] }, { certificate: [] }],
      },
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Wasl schema registry',
      version: '1',
      description:
        'Schemas of what travels on the bus, for Kafka clients of the Confluent convention. JSON Schema alone; a registered version is frozen.',
    },
    paths,
    components: {
      schemas: { ...SHAPES },
      securitySchemes: { basic: { type: 'http', scheme: 'basic' }, certificate: { type: 'mutualTLS' } },
    },
  };
};
