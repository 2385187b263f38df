import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HandlerAnswer, HandlerCall, Kit } from '../../adapters/kit/index.ts';
import { decodeBatch } from '../../services/kernel/batch.ts';
import { WaslError } from '../../services/kernel/codes.ts';
import { type EntryBody, parseEntry, requestsOf } from '../../services/kernel/evidence.ts';
import { openPrivateAsAudit } from '../../services/kernel/jwe.ts';
import type { Bus } from '../../services/platform/bus/port.ts';
import { loadOpener, primitives } from '../../services/platform/crypto/index.ts';
import { ASK, ASK_VEHICLE, EXTRACT } from '../support/asks.ts';
import { personalExtract, WITHHELD } from '../support/documents.ts';
import { type Exchange, startExchange, until } from '../support/exchange.ts';
import { type RawClient, type RawRequest, rawClient } from '../support/raw-client.ts';
import { describeDeferred } from './deferred.ts';
import { PROVIDER_ENDS } from './provider-ends.ts';
import { GATEWAY_REFUSALS } from './refusals.ts';
import { changingTerms } from './terms.ts';

/** Refusals, evidence and delivery over real mutual TLS, on one bus. */
export const describeExchange = (name: string, start: () => Promise<{ bus: Bus; stop(): Promise<void> }>): void => {
  describe(`the exchange (${name})`, () => {
    let under: { bus: Bus; stop(): Promise<void> };
    let exchange: Exchange;
    let asker: Kit;
    let raw: RawClient;
    let writable = true;
    let journalWritable = true;
    let handle: (call: HandlerCall) => Promise<HandlerAnswer>;
    const found = async (): Promise<HandlerAnswer> => ({ kind: 'found', document: personalExtract() });
    const logged: { body: EntryBody; privatePart?: Uint8Array; bytes: Uint8Array }[] = [];
    const ofRequest = (id: string) => logged.filter(({ body }) => requestsOf(body).includes(id));

    beforeAll(async () => {
      under = await start();
      const { bus } = under;
      const failing: Bus = {
        ...bus,
        publish: (topic, records) =>
          writable || topic !== 'wasl.evidence' ? bus.publish(topic, records) : Promise.reject(new Error('disk full')),
      };
      exchange = await startExchange(failing, { evidencePatience: 1_500 });
      await exchange.kit('civil-status', { [EXTRACT]: (call) => handle(call) }, (journal) => ({
        ...journal,
        admit: async (body, quota) => {
          if (!journalWritable) throw new WaslError('journal-unavailable');
          return journal.admit(body, quota);
        },
      }));
      asker = await exchange.kit('transport');
      raw = await rawClient(exchange, 'transport');
      await bus.follow({
        topic: 'wasl.evidence',
        from: 'beginning',
        handle: ({ value }) => {
          const { entries, beside } = decodeBatch(value);
          for (const [index, bytes] of entries.entries()) {
            const { privatePart } = beside[index] ?? {};
            logged.push({ body: parseEntry(bytes).body, bytes, ...(privatePart === undefined ? {} : { privatePart }) });
          }
        },
      });
      handle = found;
    }, 120_000);
    afterAll(async () => {
      await exchange?.stop();
      await under?.stop();
    }, 60_000);

    const ask = (changes: Partial<Parameters<Kit['request']>[0]> = {}) =>
      asker.request({
        ...ASK,
        caseReference: 'CASE-77',
        officer: 'officer-5',
        ...changes,
      });

    test('a document comes with both its entries; what is outside the agreement is nowhere in the bytes', async () => {
      const outcome = await ask();
      if (outcome.outcome !== 'delivered') throw new Error(outcome.outcome);
      expect(Object.keys(outcome.document)).toContain('birthDate');
      expect(outcome.document).not.toHaveProperty('motherName');
      expect(JSON.stringify(outcome)).not.toContain(WITHHELD);
      for (const part of outcome.credential.split('~').flatMap((piece) => piece.split('.'))) {
        expect(Buffer.from(part, 'base64url').toString('utf8')).not.toContain(WITHHELD);
      }
      await until(() => ofRequest(outcome.requestId).length === 3);
      expect(ofRequest(outcome.requestId).map(({ body }) => body.kind)).toEqual(['requested', 'answered', 'received']);
    });

    test('of many documents at once each is in an entry `received`, and there are far fewer of those than documents', async () => {
      const before = logged.length;
      const outcomes = await Promise.all(Array.from({ length: 40 }, () => ask()));
      const ids = outcomes.map(({ requestId }) => requestId);
      expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['delivered']));
      const received = () => logged.slice(before).flatMap(({ body }) => (body.kind === 'received' ? [body] : []));
      await until(() => received().flatMap(requestsOf).length >= ids.length);
      expect(received().flatMap(requestsOf).sort()).toEqual([...ids].sort());
      expect(received().length).toBeLessThanOrEqual(20);
    });

    test('no entry holds the subject, the case or the officer; the audit key opens every sealed private part', async () => {
      const { requestId } = await ask();
      await until(() => ofRequest(requestId).length > 1);
      const all = logged.map(({ bytes }) => Buffer.from(bytes).toString('utf8')).join('\n');
      for (const secret of ['0009990001', 'CASE-77', 'officer-5']) expect(all).not.toContain(secret);
      const audit = await loadOpener(join(exchange.layout.audit, 'encryption.jwk'));
      const sealed = logged.flatMap(({ privatePart }) => (privatePart === undefined ? [] : [privatePart]));
      expect(sealed.length).toBe(logged.filter(({ body }) => body.kind === 'requested').length);
      for (const part of sealed) {
        expect(await openPrivateAsAudit(primitives, audit, part)).toHaveProperty('subject');
      }
    });

    describe('what the gateway refuses, with evidence', () => {
      const send = async (request: RawRequest) => raw.send(request);
      const now = () => Date.now();
      test.each(GATEWAY_REFUSALS)('%s: %s', async (_, code, make) => {
        expect(await send(await make(raw, exchange))).toMatchObject({
          code,
          by: 'gateway',
          entry: { kind: 'refused', code },
        });
      });

      test('an id seen before, under other bytes: request-replayed; the same bytes get the first outcome', async () => {
        const first = await raw.make();
        const outcome = await raw.send(first);
        expect(outcome.code).toBe('delivered');
        expect(await raw.send(first)).toEqual(outcome);
        const id = JSON.parse(Buffer.from(first.statement.split('.')[1] ?? '', 'base64url').toString()).jti;
        expect(await raw.send(await raw.make({ id }))).toMatchObject({
          code: 'request-replayed',
          entry: { kind: 'refused' },
        });
      });

      test('an agreement that is suspended, expired, not yet valid, or spent', async () => {
        const underTerms = changingTerms(exchange, asker);
        const end = async (): Promise<string> => (await raw.send(await raw.make())).code;
        expect(await underTerms({ step: 'suspended' }, end)).toBe('agreement-suspended');
        expect(await underTerms({ step: 'terminated' }, end)).toBe('agreement-terminated');
        expect(await underTerms({ untilMs: now() - 1_000 }, end)).toBe('agreement-expired');
        expect(await underTerms({ fromMs: now() + 60_000 }, end)).toBe('agreement-not-yet-valid');
        expect(await underTerms({ quotaPerDay: 1 }, end)).toBe('quota-spent');
        expect(await end()).toBe('delivered');
      }, 60_000);

      test('evidence that cannot be written: nobody is asked, and service goes on by itself', async () => {
        let asked = 0;
        handle = async () => {
          asked += 1;
          return found();
        };
        writable = false;
        const end = await raw.send(await raw.make());
        expect(end).toMatchObject({ code: 'evidence-unavailable', by: 'gateway' });
        expect(asked).toBe(0);
        writable = true;
        await until(async () => (await raw.send(await raw.make())).code === 'delivered', 20_000);
        handle = found;
      }, 60_000);

      test('a flood of refusals becomes 20 entries a second and a counted one', async () => {
        const before = logged.length;
        const junk = { statement: 'junk', privatePart: new Uint8Array() };
        await until(() => Date.now() % 1000 < 100);
        await Promise.all(Array.from({ length: 60 }, () => raw.send(junk)));
        const junked = (body: EntryBody): number =>
          body.kind === 'refusals' ? (body.codes['malformed-message'] ?? 0) : 0;
        const isSingle = (body: EntryBody): boolean => body.kind === 'refused' && body.code === 'malformed-message';
        const since = () => logged.slice(before).map(({ body }) => body);
        const single = () => since().filter(isSingle).length;
        await until(() => single() + since().reduce((sum, body) => sum + junked(body), 0) === 60, 15_000);
        expect(single()).toBeLessThanOrEqual(40);
      }, 30_000);
    });

    describe('what the provider says, signed and recorded', () => {
      test.each(PROVIDER_ENDS)('%s: %s', async (_, code, answer) => {
        handle = answer;
        const end = await raw.send(await raw.make());
        handle = found;
        expect(end).toMatchObject({ code, by: 'provider', entry: { kind: 'answered', code } });
      });

      test('a subject that the document cannot be asked by, and one of the wrong form', async () => {
        const plate = await raw.make({}, raw.identity.keys.present().signer, {
          scheme: 'jo:vehicle-plate',
          value: '12-34567',
        });
        expect(await raw.send(plate)).toMatchObject({ code: 'unknown-subject-scheme', by: 'provider' });
        const short = await raw.make({}, raw.identity.keys.present().signer, {
          scheme: 'jo:national-number',
          value: '12',
        });
        expect(await raw.send(short)).toMatchObject({ code: 'invalid-subject', by: 'provider' });
      });

      test('a journal that cannot be written: the handler is not called', async () => {
        let asked = 0;
        handle = async () => {
          asked += 1;
          return found();
        };
        journalWritable = false;
        expect(await raw.send(await raw.make())).toMatchObject({ code: 'journal-unavailable', by: 'provider' });
        journalWritable = true;
        handle = found;
        expect(asked).toBe(0);
      });

      test('no answer before the deadline: the handler is aborted, the end recorded, the late answer dropped', async () => {
        let aborted = false;
        handle = ({ signal }) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => {
              aborted = true;
              resolve({ kind: 'not-found' });
            });
          });
        const end = await raw.send(await raw.make({ deadlineMs: Date.now() + 700 }));
        handle = found;
        expect(end).toMatchObject({ code: 'deadline-exceeded', by: 'gateway', entry: { kind: 'answered' } });
        await until(() => aborted);
      });

      test('a document far above 64 KiB comes whole, over a call of its own', async () => {
        const long = 'ن'.repeat(100_000);
        handle = async () => ({ kind: 'found', document: personalExtract({ givenName: { en: long, ar: long } }) });
        const outcome = await ask();
        handle = found;
        expect(outcome).toMatchObject({ outcome: 'delivered', document: { givenName: { ar: long } } });
      }, 30_000);
    });

    describeDeferred({
      ask: () => ask(),
      asker: () => asker,
      other: () => exchange.kit('civil-status'),
      raw: () => raw,
      provider: (answer) => {
        handle = answer;
      },
      found,
      entriesOf: (requestId) => ofRequest(requestId).map(({ body }) => body),
    });

    test('an adapter that attaches for another agency is refused', async () => {
      const stream = raw.connection.attach(new AbortController().signal);
      await stream.write({
        message: { $case: 'hello', value: { documentTypes: [EXTRACT], credits: 1, replica: 'x' } },
      });
      const reading = (async () => {
        for await (const message of stream.incoming) if (message.message?.$case === 'welcome') return 'welcomed';
        return 'ended';
      })();
      await expect(reading).rejects.toMatchObject({ code: 'identity-mismatch' });
    });

    test('a provider that nobody is attached for: provider-not-connected', async () => {
      const civil = await exchange.kit('civil-status');
      const outcome = await civil.request(ASK_VEHICLE);
      expect(outcome).toMatchObject({ outcome: 'unavailable', code: 'provider-not-connected' });
      await until(() => ofRequest(outcome.requestId).length === 1);
      expect(ofRequest(outcome.requestId)[0]?.body).toMatchObject({ kind: 'refused', code: 'provider-not-connected' });
    }, 30_000);
  });
};
