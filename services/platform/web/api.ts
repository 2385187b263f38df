import { type FastifyError, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { WaslError } from '../../kernel/codes.ts';
import { type JsonObject, type JsonValue, parseStrictJson } from '../../kernel/strict-json.ts';
import type { Logger } from '../log/index.ts';
import { isLoopback, listenAt } from './listen.ts';
import { type Language, languageOf, problemOf } from './problem.ts';
import { isSecret } from './secret.ts';

export interface ApiCall {
  readonly body: JsonValue;
  readonly language: Language;
  header(name: string): string | undefined;
}

/** `problem` marks a body as problem+json (RFC 9457). */
export interface ApiReply {
  readonly status: number;
  readonly body: object;
  readonly problem?: true;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ApiRoute {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** JSON Schema of the body; a call that does not follow it is `request-invalid`, with the places. */
  readonly body?: JsonObject;
  handle(call: ApiCall): Promise<ApiReply>;
}

export interface ApiOptions {
  /** host:port; port 0 takes a free one. */
  readonly listen: string;
  readonly routes: readonly ApiRoute[];
  readonly maxBodyBytes: number;
  /** What a caller must present as a bearer token (RFC 6750). MUST be given unless the address is a loopback one. */
  readonly token?: string;
  readonly log: Logger;
}

export interface ApiServer {
  readonly address: string;
  /** Takes nothing new and lets what is under way end. */
  stop(): Promise<void>;
}

/**
 * A JSON face on HTTP. Every failure is problem+json in the caller's language. On loopback without a token only calls that name a loopback host
 * are taken, and only JSON ones: a page in somebody's browser can then make none (DNS rebinding, simple cross-site posts).
 */
export async function startApiServer(options: ApiOptions): Promise<ApiServer> {
  const { listen, routes, token, log } = options;
  if (token === undefined && !isLoopback(listen.slice(0, listen.lastIndexOf(':')))) {
    throw new WaslError('config-invalid', { what: `${listen} is not a loopback address, and needs a token` });
  }
  const app = fastify({
    logger: false,
    bodyLimit: options.maxBodyBytes,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false, allErrors: true } },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_: FastifyRequest, body: Buffer) =>
    parseStrictJson(body),
  );
  app.addHook('onRequest', async (request) => {
    const named = request.hostname.replace(/:\d+$/, '');
    if (token === undefined && !isLoopback(named)) throw new WaslError('host-not-allowed');
    if (token !== undefined && !isSecret(request.headers.authorization ?? '', `Bearer ${token}`))
      throw new WaslError('token-needed');
  });
  const fail = (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const ours = translated(error);
    if (!(ours instanceof WaslError)) log.error({ err: error }, 'a call failed in a way nobody planned for');
    const problem = problemOf(ours, languageOf(request.headers['accept-language']));
    if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
    return reply.code(problem.status).type('application/problem+json; charset=utf-8').send(problem);
  };
  app.setErrorHandler(fail);
  app.setNotFoundHandler((request, reply) =>
    fail(new WaslError('no-such-route', { what: `${request.method} ${request.url.slice(0, 100)}` }), request, reply),
  );
  for (const { method, path, body, handle } of routes) {
    app.route({
      method,
      url: path,
      ...(body === undefined ? {} : { schema: { body } }),
      handler: async (request, reply) => {
        const language = languageOf(request.headers['accept-language']);
        const header = (name: string): string | undefined => {
          const value = request.headers[name];
          return typeof value === 'string' ? value : undefined;
        };
        const answer = await handle({ body: request.body as JsonValue, language, header });
        const type = answer.problem === true ? 'application/problem+json' : 'application/json';
        return reply
          .code(answer.status)
          .headers({ 'cache-control': 'no-store', ...answer.headers })
          .type(`${type}; charset=utf-8`)
          .send(answer.body);
      },
    });
  }
  return { address: await listenAt(app, listen), stop: () => app.close() };
}

const translated = (error: unknown): unknown => {
  if (error instanceof WaslError || !(error instanceof Error)) return error;
  const { code, validation } = error as FastifyError;
  if (validation !== undefined) {
    const places = validation.map(({ instancePath, message }) => `${instancePath || '/'} ${message ?? ''}`);
    return new WaslError('request-invalid', { what: [...new Set(places)].slice(0, 5).join('; ') });
  }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new WaslError('message-too-large', { limit: 'body' });
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new WaslError('media-type-unsupported');
  return error;
};
