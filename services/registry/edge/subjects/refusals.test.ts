import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  basic,
  CREDENTIALS,
  jsonBody,
  type SchemaRegistry,
  startSchemaRegistry,
} from '../../../../test/support/schema-api.ts';

let registry: SchemaRegistry;
beforeAll(async () => {
  registry = await startSchemaRegistry();
  await registry.register('held', { type: 'string' });
}, 60_000);
afterAll(() => registry.stop());

const call: SchemaRegistry['call'] = (...of) => registry.call(...of);
const POST = '/subjects/new/versions';
const deep = (levels: number): string => `${'{"not":'.repeat(levels)}{}${'}'.repeat(levels)}`;
const reference = (version: number) => [{ name: 'x', subject: 'held', version }];

test.each<[string, unknown, number, number]>([
  ['AVRO', { schemaType: 'AVRO', schema: '"string"' }, 422, 42201],
  ['no type, which means AVRO there', { schema: '"string"' }, 422, 42201],
  ['PROTOBUF', { schemaType: 'PROTOBUF', schema: 'syntax = "proto3";' }, 422, 42201],
  ['a schema that is no JSON', jsonBody('{"type":'), 422, 42201],
  ['a schema that is JSON and no schema', jsonBody('[1]'), 422, 42201],
  ['a schema whose keyword is of another kind', jsonBody({ type: 'strin' }), 422, 42201],
  ['a schema whose pattern is none', jsonBody({ pattern: '(' }), 422, 42201],
  ['a schema that gives a name twice', jsonBody('{"type":"string","type":"null"}'), 422, 42201],
  ['a schema of an unknown draft', jsonBody({ $schema: 'https://example.org/draft' }), 422, 42201],
  ['a draft that JavaScript has a meaning for', jsonBody({ $schema: '__proto__' }), 422, 42201],
  ['a number that no reader can hold', jsonBody('{"maximum":1e999}'), 422, 42201],
  ['a schema nested 65 deep', jsonBody(deep(65)), 422, 42201],
  ['a schema nested 100,000 deep', jsonBody(deep(100_000)), 422, 42201],
  ['a schema that refers to nothing', jsonBody({ $ref: '#/$defs/none' }), 422, 42201],
  ['one that would fetch', jsonBody({ $ref: 'http://127.0.0.1:1/x.json' }), 422, 42201],
  ['a reference to what nothing leads to', jsonBody({ $defs: { a: { $ref: 'gone.json' } } }), 422, 42201],
  ['a reference to an inherited member', jsonBody({ $ref: '#/constructor' }), 422, 42201],
  ['a reference to an unknown version', jsonBody({ $ref: 'x' }, reference(2)), 422, 42201],
  ['a reference without a version', jsonBody({}, [{ name: 'x', subject: 'held' }]), 422, 42201],
  ['a reference named twice', jsonBody({}, [...reference(1), ...reference(1)]), 422, 42201],
  ['101 references', jsonBody({}, Array(101).fill(reference(1)[0])), 422, 42201],
  ['rules, which nobody here would keep to', { ...jsonBody({}), ruleSet: { domainRules: [] } }, 422, 42201],
  ['a version that is not next', { ...jsonBody({}), version: 7 }, 422, 42201],
  ['an id', { ...jsonBody({}), id: 7 }, 422, 42205],
  ['no schema', { schemaType: 'JSON' }, 422, 42201],
  ['no body', undefined, 422, 42201],
  ['a body that is a list', [], 422, 42201],
  ['a schema above 1 MiB', jsonBody({ title: 'x'.repeat(1_100_000) }), 422, 42209],
  ['5 MB', jsonBody({ title: 'x'.repeat(5_000_000) }), 413, 413],
  ['half a body', '{"schema":', 400, 400],
  ['a body that gives a name twice', '{"schema":"{}","schema":"true"}', 400, 400],
])('%s is not registered', async (_, body, status, code) => {
  const answer = await call('POST', POST, body);
  expect([answer.status, answer.body.error_code]).toEqual([status, code]);
  expect(answer.body.message).not.toBe('');
  expect((await call('GET', '/subjects/new/versions')).body.error_code).toBe(40401);
});

test('names that JavaScript has a meaning for are names like any other in a schema', async () => {
  const text = '{"type":"object","properties":{"__proto__":{"type":"string"},"constructor":{"type":"integer"}}}';
  const { body } = await registry.register('names', text);
  expect(body.version).toBe(1);
  expect((await call('GET', `/schemas/ids/${body.id}`)).body.schema).toBe(text);
  const narrower = text.replace('"string"', '"null"');
  const refused = await registry.register('names', narrower);
  expect([refused.status, refused.body.message.includes('__proto__')]).toEqual([409, true]);
});

test.each<[string, string, string, unknown, number, number]>([
  ['an unknown subject', 'GET', '/subjects/none/versions', undefined, 404, 40401],
  ['the latest of an unknown subject', 'GET', '/subjects/none/versions/latest', undefined, 404, 40401],
  ['an unknown version', 'GET', '/subjects/held/versions/2', undefined, 404, 40402],
  ['version 0', 'GET', '/subjects/held/versions/0', undefined, 422, 42202],
  ['a version that is no number', 'GET', '/subjects/held/versions/first', undefined, 422, 42202],
  ['a version too large', 'GET', '/subjects/held/versions/2147483648', undefined, 422, 42202],
  ['an unknown id', 'GET', '/schemas/ids/999999', undefined, 404, 40403],
  ['an id too large', 'GET', '/schemas/ids/99999999999/versions', undefined, 404, 40403],
  ['an id that is none', 'GET', "/schemas/ids/1'--", undefined, 404, 40403],
  ['a schema that the subject has not', 'POST', '/subjects/held', jsonBody({ type: 'null' }), 404, 40403],
  ['a schema under an unknown subject', 'POST', '/subjects/none', jsonBody({}), 404, 40401],
  ['AVRO looked up', 'POST', '/subjects/held', { schema: '"string"' }, 422, 42201],
  [
    'a comparison with an unknown subject',
    'POST',
    '/compatibility/subjects/none/versions/latest',
    jsonBody({}),
    404,
    40401,
  ],
  ['a comparison with an unknown version', 'POST', '/compatibility/subjects/held/versions/5', jsonBody({}), 404, 40402],
  ['a comparison of no schema', 'POST', '/compatibility/subjects/held/versions', jsonBody('{'), 422, 42201],
  ['references of an unknown version', 'GET', '/subjects/held/versions/9/referencedby', undefined, 404, 40402],
  ['a level that nobody knows', 'PUT', '/config', { compatibility: 'SIDEWARD' }, 422, 42203],
  ['an inherited level', 'PUT', '/config/held', { compatibility: 'constructor' }, 422, 42203],
  ['a mode that nobody knows', 'PUT', '/mode', { mode: 'WRITEONLY' }, 422, 42204],
  ['import, which brings ids from elsewhere', 'PUT', '/mode/held', { mode: 'IMPORT' }, 422, 42205],
  ['deleting a subject', 'DELETE', '/subjects/held', undefined, 422, 42205],
  ['deleting a subject for good', 'DELETE', '/subjects/held?permanent=true', undefined, 422, 42205],
  ['deleting a version', 'DELETE', '/subjects/held/versions/1', undefined, 422, 42205],
  ['a subject’s name with a control character', 'GET', '/subjects/a%00b/versions', undefined, 422, 42208],
  ['a subject’s name of 256 characters', 'GET', `/subjects/${'x'.repeat(256)}/versions`, undefined, 422, 42208],
  ['a subject in a context', 'GET', '/subjects/%3A.other%3Aheld/versions', undefined, 422, 42208],
  ['another path', 'GET', '/nothing/here', undefined, 404, 404],
])('%s gets its code', async (_, method, path, body, status, code) => {
  const answer = await call(method, path, body);
  expect([answer.status, answer.body.error_code]).toEqual([status, code]);
  expect((await call('GET', '/subjects/held/versions')).body).toEqual([1]);
});

test('a body of another media type is not read', async () => {
  const answer = await call('POST', POST, JSON.stringify(jsonBody({})), { 'content-type': 'text/plain' });
  expect([answer.status, answer.body.error_code]).toEqual([415, 415]);
});

test.each<[string, string | undefined]>([
  ['no credentials', ''],
  ['a wrong password', basic({ ...CREDENTIALS, password: 'wrong' })],
  ['a wrong user name', basic({ ...CREDENTIALS, username: 'root' })],
  ['a scheme that is not basic', 'Bearer correct horse'],
  ['credentials that are no base64', 'Basic ***'],
])('with %s nothing is written', async (_, authorization) => {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    ...(authorization ? { authorization } : {}),
  };
  for (const [method, path] of [
    ['POST', POST],
    ['PUT', '/config'],
    ['DELETE', '/mode/held'],
    ['DELETE', '/subjects/held'],
  ] as const) {
    const body = method === 'DELETE' ? {} : { body: JSON.stringify(jsonBody({})) };
    const response = await fetch(registry.url + path, { method, headers, ...body });
    expect([response.status, ((await response.json()) as { error_code: number }).error_code]).toEqual([401, 40101]);
    expect(response.headers.get('www-authenticate')).toContain('Basic');
  }
});

test('on this machine everybody reads; a wrong password is told also to those who only read', async () => {
  expect((await fetch(`${registry.url}/subjects/held/versions`)).status).toBe(200);
  const headers = { authorization: basic({ ...CREDENTIALS, password: 'wrong' }) };
  expect((await fetch(`${registry.url}/subjects`, { headers })).status).toBe(401);
});

test('without a password set nobody registers by password', async () => {
  const shut = await startSchemaRegistry({ credentials: undefined as never });
  expect((await shut.register('x', {})).body.error_code).toBe(40101);
  await shut.stop();
});

test('a database that does not answer is 50001, and the API goes on once it does', async () => {
  const away = await startSchemaRegistry();
  await away.pool.query('alter schema registry rename to elsewhere');
  for (const answer of [await away.call('GET', '/subjects'), await away.register('x', {})]) {
    expect([answer.status, answer.body.error_code]).toEqual([500, 50001]);
    expect(answer.body.message).not.toContain('relation');
  }
  await away.pool.query('alter schema elsewhere rename to registry');
  expect((await away.register('x', {})).body.version).toBe(1);
  await away.stop();
});

test('an address beyond this machine, or one in use, is no place to listen at', async () => {
  await expect(startSchemaRegistry({ listen: '0.0.0.0:0' })).rejects.toMatchObject({ code: 'config-invalid' });
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  const { port } = taken.address() as { port: number };
  await expect(startSchemaRegistry({ listen: `127.0.0.1:${port}` })).rejects.toMatchObject({ code: 'config-invalid' });
  taken.close();
});
