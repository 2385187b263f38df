import { Ajv2020 } from 'ajv/dist/2020.js';
import { silentLogger } from '../../services/platform/log/index.ts';
import type { Pool } from '../../services/platform/store/index.ts';
import { openStore } from '../../services/registry/edge/store/open.ts';
import { openSchemas, type SchemaApi } from '../../services/registry/edge/subjects/open.ts';
import { sharedCluster } from './postgres.ts';

export const CREDENTIALS = { username: 'schemas', password: 'correct horse' };
export const basic = ({ username, password }: typeof CREDENTIALS): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the body is what the tests look into.
  readonly body: any;
  readonly headers: Headers;
}

/** A registry of schemas in a database of its own. */
export interface SchemaRegistry {
  readonly url: string;
  readonly pool: Pool;
  readonly schemas: ReturnType<typeof openSchemas>;
  /** Calls it with the credentials that write; the answer is held against the description that it serves. */
  call(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Registers a JSON Schema. */
  register(subject: string, schema: unknown, references?: readonly object[]): Promise<Answer>;
  /** Described operations that answered no call with 200 yet. */
  unanswered(): readonly string[];
  stop(): Promise<void>;
}

export const jsonBody = (schema: unknown, references: readonly object[] = []): object => ({
  schemaType: 'JSON',
  schema: typeof schema === 'string' ? schema : JSON.stringify(schema),
  ...(references.length === 0 ? {} : { references }),
});

export const startSchemaRegistry = async (api: Partial<SchemaApi> = {}): Promise<SchemaRegistry> => {
  const pool = await openStore(await (await sharedCluster()).createDatabase());
  const schemas = openSchemas(pool, silentLogger);
  const server = await schemas.serve({ listen: '127.0.0.1:0', credentials: CREDENTIALS, ...api }, 'wasl.test');
  const url = `http://${server.address}`;
  const described = api.tls === undefined ? await describer(url) : { hold: () => undefined, unanswered: () => [] };
  const call: SchemaRegistry['call'] = async (method, path, body, headers = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: {
        authorization: basic(CREDENTIALS),
        ...(body === undefined ? {} : { 'content-type': 'application/vnd.schemaregistry.v1+json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const answer = { status: response.status, body: await response.json(), headers: response.headers };
    described.hold(method, path, answer);
    return answer;
  };
  return {
    url,
    pool,
    schemas,
    call,
    register: (subject, schema, references) =>
      call('POST', `/subjects/${encodeURIComponent(subject)}/versions`, jsonBody(schema, references)),
    unanswered: described.unanswered,
    stop: async () => {
      await server.stop();
      await pool.end();
    },
  };
};

/** Holds answers against the description: each status of a described path is one that it names, and the body follows its schema. */
const describer = async (url: string) => {
  const description = (await (await fetch(`${url}/openapi.json`)).json()) as {
    readonly paths: Record<
      string,
      Record<string, { responses: Record<string, { content: Record<string, { schema: object }> }> }>
    >;
    readonly components: object;
  };
  const ajv = new Ajv2020({ strict: false });
  const waiting = new Set(
    Object.entries(description.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    ),
  );
  const hold = (method: string, path: string, { status, body }: Answer): void => {
    const at = path.split('?')[0] ?? '';
    const known = Object.keys(description.paths)
      .sort((a, b) => a.split('{').length - b.split('{').length)
      .find((one) => new RegExp(`^${one.replace(/\{\w+\}/g, '[^/]+')}$`).test(at));
    const operation = known === undefined ? undefined : description.paths[known]?.[method.toLowerCase()];
    if (operation === undefined) {
      if (status !== 404 && status !== 401) throw new Error(`${method} ${path} is answered, and not described`);
      return;
    }
    if (status === 200) waiting.delete(`${method} ${known}`);
    const said = operation.responses[status];
    if (said === undefined) throw new Error(`${method} ${path} answers ${status}, which is not described`);
    for (const { schema } of Object.values(said.content)) {
      const whole = { ...schema, components: description.components };
      if (!ajv.validate(whole, body)) throw new Error(`${method} ${path}: ${ajv.errorsText()}`);
    }
  };
  return { hold, unanswered: () => [...waiting].sort() };
};
