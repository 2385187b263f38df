import { afterAll, beforeAll, expect, test } from 'vitest';
import { jsonBody, type SchemaRegistry, startSchemaRegistry } from '../../../../test/support/schema-api.ts';

let registry: SchemaRegistry;
beforeAll(async () => {
  registry = await startSchemaRegistry();
}, 60_000);
afterAll(() => registry.stop());

const call: SchemaRegistry['call'] = (...of) => registry.call(...of);
const person = (more: object = {}) => ({
  type: 'object',
  properties: { name: { type: 'string' }, ...more },
  required: ['name'],
});
const V1 = person();
/** What V1 accepts it reads; V1 refuses nothing of what it accepts either. */
const V2 = { ...V1, title: 'Person' };

test('a schema is registered once: the same content keeps its id and version, whatever its spacing and the order of its names', async () => {
  const first = await registry.register('once', V1);
  expect([first.status, first.body.version]).toEqual([200, 1]);
  const { required, type, properties } = V1;
  const again = await registry.register('once', JSON.stringify({ required, properties, type }, null, 2));
  expect(again.body).toEqual(first.body);
  const elsewhere = await registry.register('elsewhere', V1);
  expect([elsewhere.body.id, elsewhere.body.version]).toEqual([first.body.id, 1]);
  const next = await registry.register('once', V2);
  expect([next.body.version, next.body.id > first.body.id]).toEqual([2, true]);
  const places = await call('GET', `/schemas/ids/${first.body.id}/versions`);
  expect(places.body).toEqual([
    { subject: 'elsewhere', version: 1 },
    { subject: 'once', version: 1 },
  ]);
  expect((await call('GET', `/schemas/ids/${first.body.id}/subjects`)).body).toEqual(['elsewhere', 'once']);
});

test('what was registered is read back as it was sent', async () => {
  const text = '{ "type" : "object",\n "title": "قيد" }';
  const { body: registered } = await registry.register('read back', text);
  const { id } = registered;
  const version = { subject: 'read back', version: 1, id, schemaType: 'JSON', schema: text };
  expect((await call('GET', '/subjects/read%20back/versions')).body).toEqual([1]);
  expect((await call('GET', '/subjects/read%20back/versions/1')).body).toEqual(version);
  expect((await call('GET', '/subjects/read%20back/versions/latest')).body).toEqual(version);
  expect((await call('GET', '/subjects/read%20back/versions/-1')).body).toEqual(version);
  expect((await call('GET', '/subjects/read%20back/versions/1/schema')).body).toEqual(JSON.parse(text));
  expect((await call('GET', `/schemas/ids/${id}`)).body).toEqual({ schemaType: 'JSON', schema: text });
  expect((await call('GET', `/schemas/ids/${id}/schema`)).body).toEqual(JSON.parse(text));
  expect((await call('POST', '/subjects/read%20back', jsonBody(text))).body).toEqual(version);
  expect((await call('GET', '/subjects?subjectPrefix=read')).body).toEqual(['read back']);
  expect((await call('GET', '/schemas?subjectPrefix=read&latestOnly=true')).body).toEqual([version]);
  expect((await call('GET', '/schemas/types')).body).toEqual(['JSON']);
  expect((await call('GET', '/')).body).toEqual({});
});

test('a subject may have any name, also one with a slash, or one that JavaScript has a meaning for', async () => {
  for (const name of ['a/b c?d', '__proto__', 'constructor', 'وثيقة', 'x'.repeat(255)]) {
    expect((await registry.register(name, V1)).status).toBe(200);
    const path = `/subjects/${encodeURIComponent(name)}/versions/latest`;
    expect((await call('GET', path)).body).toMatchObject({ subject: name, version: 1 });
  }
});

test('an incompatible schema is refused, and the message says what breaks in the caller’s language', async () => {
  await registry.register('guarded', V1);
  const breaking = person({ age: { type: 'integer' } });
  const refused = await registry.register('guarded', { ...breaking, required: ['name', 'age'] });
  expect([refused.status, refused.body.error_code]).toEqual([409, 409]);
  expect(refused.body.message).toMatch(/required.*Such a document: \{"name":/);
  const path = '/compatibility/subjects/guarded/versions';
  const body = jsonBody({ ...breaking, required: ['name', 'age'] });
  const compared = await call('POST', `${path}?verbose=true`, body);
  expect([compared.status, compared.body.is_compatible, compared.body.messages.length > 0]).toEqual([200, false, true]);
  expect((await call('POST', path, body)).body).toEqual({ is_compatible: false });
  const arabic = await call('POST', `${path}/latest?verbose=true`, body, { 'accept-language': 'ar' });
  expect(arabic.body.messages[0]).toMatch(/[\u0600-\u06ff]/);
  expect((await call('POST', `${path}/1?verbose=true`, jsonBody(V2))).body).toEqual({
    is_compatible: true,
    messages: [],
  });
  expect((await call('GET', '/subjects/guarded/versions')).body).toEqual([1]);
  expect((await call('POST', '/compatibility/subjects/not%20yet/versions', body)).body).toEqual({
    is_compatible: true,
  });
});

test('a level that looks back at all versions sees what the last one hides', async () => {
  const base = { type: 'object', properties: { a: { type: 'string' } } };
  await call('PUT', '/config/levels', { compatibility: 'none' });
  await registry.register('levels', { ...base, required: ['a'] });
  await registry.register('levels', { type: 'string' });
  const narrower = { type: ['string', 'null'] };
  await call('PUT', '/config/levels', { compatibility: 'BACKWARD_TRANSITIVE' });
  expect((await registry.register('levels', narrower)).status).toBe(409);
  expect((await call('PUT', '/config/levels', { compatibility: 'BACKWARD' })).body).toEqual({
    compatibility: 'BACKWARD',
  });
  expect((await registry.register('levels', narrower)).body.version).toBe(3);
  await call('PUT', '/config/levels', { compatibility: 'FORWARD' });
  expect((await registry.register('levels', { type: ['string', 'null', 'number'] })).status).toBe(409);
  expect((await registry.register('levels', { type: 'null' })).body.version).toBe(4);
  await call('PUT', '/config/levels', { compatibility: 'FULL' });
  expect((await registry.register('levels', { type: ['null', 'number'] })).status).toBe(409);
});

test('levels: of all subjects at first BACKWARD_TRANSITIVE; of one only once it was set', async () => {
  expect((await call('GET', '/config')).body).toEqual({ compatibilityLevel: 'BACKWARD_TRANSITIVE' });
  expect((await call('GET', '/config/one')).body.error_code).toBe(40408);
  expect((await call('GET', '/config/one?defaultToGlobal=true')).body.compatibilityLevel).toBe('BACKWARD_TRANSITIVE');
  await call('PUT', '/config/one', { compatibility: 'FULL' });
  expect((await call('GET', '/config/one')).body).toEqual({ compatibilityLevel: 'FULL' });
  expect((await call('DELETE', '/config/one')).body).toEqual({ compatibilityLevel: 'FULL' });
  expect((await call('DELETE', '/config/one')).body.error_code).toBe(40408);
});

test('a subject that is read-only takes nothing new, and one override holds all of them', async () => {
  await registry.register('shut', V1);
  expect((await call('GET', '/mode')).body).toEqual({ mode: 'READWRITE' });
  expect((await call('GET', '/mode/shut')).body.error_code).toBe(40409);
  expect((await call('PUT', '/mode/shut', { mode: 'READONLY' })).body).toEqual({ mode: 'READONLY' });
  expect((await call('GET', '/mode/shut')).body).toEqual({ mode: 'READONLY' });
  expect((await registry.register('shut', V2)).body.error_code).toBe(42205);
  expect((await call('PUT', '/config/shut', { compatibility: 'NONE' })).body.error_code).toBe(42205);
  expect((await call('DELETE', '/mode/shut')).body).toEqual({ mode: 'READONLY' });
  expect((await registry.register('shut', V2)).body.version).toBe(2);
  await call('PUT', '/mode', { mode: 'READONLY_OVERRIDE' });
  await call('PUT', '/mode/shut', { mode: 'READWRITE' });
  expect((await registry.register('shut', person({ a: {} }))).body.error_code).toBe(42205);
  await call('DELETE', '/mode');
});

test('a schema refers to registered ones, theirs included, and is compared with them', async () => {
  const part = { $id: 'https://example.org/part.json', type: 'integer' };
  await registry.register('part', part);
  const middle = { type: 'array', items: { $ref: 'https://example.org/part.json' } };
  const toPart = [{ name: 'https://example.org/part.json', subject: 'part', version: 1 }];
  await registry.register('middle', middle, toPart);
  const whole = { type: 'object', properties: { list: { $ref: 'middle.json' } } };
  const toMiddle = [{ name: 'middle.json', subject: 'middle', version: 1 }];
  const { body } = await registry.register('whole', whole, toMiddle);
  expect(body).toMatchObject({ version: 1, references: toMiddle });
  expect((await call('GET', '/subjects/middle/versions/1/referencedby')).body).toEqual([body.id]);
  expect((await call('GET', `/schemas/ids/${body.id}`)).body.references).toEqual(toMiddle);
  const narrower = { type: 'object', properties: { list: { type: 'array', items: { type: 'integer', minimum: 0 } } } };
  expect((await registry.register('whole', narrower)).status).toBe(409);
  const wider = { type: 'object', properties: { list: { type: 'array', items: { type: 'number' } } } };
  expect((await registry.register('whole', wider)).body.version).toBe(2);
});

test('of many at once each gets a version of its own, without gaps, and equal ones the same', async () => {
  const titles = Array.from({ length: 12 }, (_, index) => ({ ...V1, title: `t${index % 6}` }));
  const answers = await Promise.all(titles.map((schema) => registry.register('crowd', schema)));
  expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(200));
  expect((await call('GET', '/subjects/crowd/versions')).body).toEqual([1, 2, 3, 4, 5, 6]);
  const versions = (from: number) => answers.slice(from, from + 6).map(({ body }) => [body.id, body.version]);
  expect(versions(0)).toEqual(versions(6));
  const everywhere = await Promise.all(titles.map((_, index) => registry.register(`crowd ${index}`, { const: 7 })));
  expect(new Set(everywhere.map(({ body }) => body.id)).size).toBe(1);
});

test('an answer is of the media type that the caller takes', async () => {
  const typeFor = async (accept: string) =>
    (await call('GET', '/subjects', undefined, { accept })).headers.get('content-type');
  expect(await typeFor('application/json')).toContain('application/json');
  expect(await typeFor('*/*')).toContain('application/vnd.schemaregistry.v1+json');
  const body = JSON.stringify(jsonBody(V1));
  for (const type of ['application/json; charset=utf-8', 'application/vnd.schemaregistry+json']) {
    expect((await call('POST', '/subjects/types/versions', body, { 'content-type': type })).status).toBe(200);
  }
});

test('the description tells of every operation, and all of them but deletion have answered here as it says', async () => {
  await call('PUT', '/config', { compatibility: 'FULL' });
  expect((await call('DELETE', '/config')).body).toEqual({ compatibilityLevel: 'FULL' });
  const described = (await (await fetch(`${registry.url}/openapi.json`)).json()) as { readonly openapi: string };
  expect(described.openapi).toBe('3.1.0');
  expect(registry.unanswered()).toEqual([
    'DELETE /subjects/{subject}',
    'DELETE /subjects/{subject}/versions/{version}',
  ]);
});
