import type { Kit } from '../../adapters/kit/index.ts';
import { approvedAgreement } from '../../services/cli/development/agreements.ts';
import { type Agreement, readAgreement } from '../../services/kernel/agreement.ts';
import { nextStep } from '../../services/kernel/agreement-record.ts';
import type { Step } from '../../services/kernel/agreement-state.ts';
import { type Exchange, until } from '../support/exchange.ts';
import { officersOf } from '../support/officers.ts';

const AGREEMENT = 'agreement.transport.personal-extract.json';

/** Puts other terms in force, signed by both and approved, for the length of `work`; the provider takes the step after that. */
export type UnderTerms = <T>(changes: Partial<Agreement> & { step?: Step }, work: () => Promise<T>) => Promise<T>;

/** Of a running exchange; `asker` is a kit that hears of each change. */
export const changingTerms = (exchange: Exchange, asker: Kit): UnderTerms => {
  let versions = 0;
  return async ({ step, ...terms }, work) => {
    const before = await exchange.readDeclared(AGREEMENT);
    const read = readAgreement(before.signed as { requester: string });
    const officers = await officersOf(exchange.layout, read);
    const declare = async (changed: Agreement, then?: Step): Promise<void> => {
      versions += 1;
      const approved = await approvedAgreement(officers, { ...changed, version: read.version + versions }, Date.now());
      const next =
        then === undefined
          ? approved
          : await nextStep(officers.provider, approved, { issuer: read.provider, step: then, timeMs: Date.now() });
      await exchange.declare(AGREEMENT, (entity) => Object.assign(entity, next));
      const { version } = await exchange.registryVersion();
      await until(() => (asker.copy()?.version ?? 0) >= version);
    };
    await declare({ ...read, ...terms }, step);
    try {
      return await work();
    } finally {
      await declare(read);
    }
  };
};
