import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { problemsOf, SourceUnavailable, silentLogger } from 'wasl-kit';
import { openSample } from './csv/sample.ts';
import type { Source } from './entry.ts';
import { handlersOf } from './handlers.ts';
import type { Sample } from './sample.ts';

// Invented people; their numbers begin with 000 and belong to nobody.
const [ONE, TWICE, NOBODY] = ['0009991001', '0009991003', '0009999999'];

let sample: Sample;
before(async () => {
  sample = await openSample(process.env);
});
after(() => sample?.stop());

const ask = async (
  value: string,
  { scheme = 'jo:national-number', source }: { scheme?: string; source?: Source } = {},
) => {
  const handler = handlersOf(source ?? sample.source, silentLogger)['my-agency.register-extract'];
  assert.ok(handler);
  const deadline = new Date(Date.now() + 10_000);
  const signal = AbortSignal.timeout(10_000);
  return handler({ requestId: 'test', subject: { scheme, value }, claims: [], purpose: 'test', deadline, signal });
};

test('gives a whole document, as its schema has it', async () => {
  const answer = await ask(ONE);
  assert.equal(answer.kind, 'found');
  assert.ok('document' in answer);
  const schema = await readFile(new URL('../schemas/my-agency.register-extract.v1.json', import.meta.url), 'utf8');
  assert.deepEqual(problemsOf(schema, answer.document), []);
  assert.equal(answer.document.nationalNumber, ONE);
});

test('says not found for a number without an entry, and for a scheme that it does not serve', async () => {
  assert.deepEqual(await ask(NOBODY), { kind: 'not-found' });
  assert.deepEqual(await ask(ONE, { scheme: 'jo:vehicle-plate' }), { kind: 'not-found' });
});

test('says ambiguous, and never takes the first, when two entries have the number', async () => {
  assert.deepEqual(await ask(TWICE), { kind: 'ambiguous' });
});

test('says that the source is away, never that there is no entry', async () => {
  await assert.rejects(ask(ONE, { source: sample.away }), SourceUnavailable);
});
