import { join } from 'node:path';
import type { Kit } from '../../adapters/kit/index.ts';
import { type Agreement, readAgreement, signAgreement } from '../../services/kernel/agreement.ts';
import { loadSigner } from '../../services/platform/crypto/index.ts';
import { type Exchange, until } from '../support/exchange.ts';

const AGREEMENT = 'agreement.transport.personal-extract.json';

/** Puts other terms in force, signed by both, for the length of `work`. */
export type UnderTerms = <T>(changes: Partial<Agreement> & { status?: string }, work: () => Promise<T>) => Promise<T>;

/** Of a running exchange; `asker` is a kit that hears of each change. */
export const changingTerms = (exchange: Exchange, asker: Kit): UnderTerms => {
  let versions = 0;
  return async ({ status = 'active', ...terms }, work) => {
    const transport = await loadSigner(join(exchange.layout.agency('transport'), 'signing.jwk'));
    const civil = await loadSigner(join(exchange.layout.agency('civil-status'), 'signing.jwk'));
    const before = await exchange.readDeclared(AGREEMENT);
    const read = readAgreement(before.signed as { requester: string; provider: string });
    const declare = async (changed: Agreement, declared: object): Promise<void> => {
      versions += 1;
      const next = { ...changed, version: read.version + versions };
      const signed = { requester: await signAgreement(transport, next), provider: await signAgreement(civil, next) };
      await exchange.declare(AGREEMENT, (entity) => Object.assign(entity, { ...declared, signed }));
      const { version } = await exchange.registryVersion();
      await until(() => (asker.copy()?.version ?? 0) >= version);
    };
    await declare({ ...read, ...terms }, { status });
    try {
      return await work();
    } finally {
      await declare(read, before);
    }
  };
};
