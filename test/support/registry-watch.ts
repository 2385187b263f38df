import { buildCopy, type CopyPins, type RegistryCopy, type RegistryState } from '../../services/kernel/copy.ts';
import type { StandingAgreement } from '../../services/kernel/decide.ts';
import type { Bus } from '../../services/platform/bus/port.ts';
import { primitives } from '../../services/platform/crypto/index.ts';
import { followRegistryTopic } from '../../services/platform/registry/topic.ts';

export interface Seen {
  readonly state: RegistryState;
  readonly copy: RegistryCopy;
  /** Those of the copy. */
  readonly agreements: readonly StandingAgreement[];
}

/** Somebody who reads the registry as gateways do, and remembers every copy. */
export const watchRegistry = async (bus: Bus, pins: CopyPins) => {
  const seen: Seen[] = [];
  const failures: unknown[] = [];
  let told = (): void => undefined;
  const following = await followRegistryTopic(bus, async (state) => {
    try {
      const copy = await buildCopy(primitives, pins, state, seen.at(-1)?.copy);
      seen.push({ state, copy, agreements: await copy.agreements() });
    } catch (error) {
      failures.push(error);
    }
    told();
  });
  return {
    seen: (): readonly Seen[] => seen,
    failures: (): readonly unknown[] => failures,
    /** The first copy of which this is true, waited for. */
    until: async (is: (seen: Seen) => boolean): Promise<Seen> => {
      for (;;) {
        const found = seen.find(is);
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => {
          told = resolve;
        });
      }
    },
    stop: () => following.stop(),
  };
};
