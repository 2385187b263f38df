import { WaslError } from '../../kernel/codes.ts';
import { CONFORMANCE } from '../../kernel/ids.ts';
import { writeBusAddresses } from '../../platform/identity/index.ts';
import { AGENCIES } from '../development/agencies.ts';
import { makeRoot, prepareFolder } from '../development/folder.ts';
import type { Layout } from '../development/layout.ts';
import { takeFolder } from '../development/lock.ts';
import { type ProcessState, writeState } from '../state.ts';
import { type Part, partsOf } from './parts.ts';
import { choosePorts } from './ports.ts';
import { type Supervised, supervise } from './supervise.ts';

export interface Running {
  readonly gateway: string;
  readonly processes: readonly ProcessState[];
  /** Ends everything that was started, within 5 s. */
  stop(): Promise<void>;
}

export interface BringUpOptions {
  /** Brokers of a real Kafka; the embedded bus without them. */
  readonly kafka?: readonly string[];
  /** Agencies whose adapters are left out. */
  readonly without?: readonly string[];
  readonly say: (text: string) => void;
  /** Ends the bringing up: what has begun is stopped, and the promise rejects. */
  readonly signal: AbortSignal;
}

/** Brings everything up over a data folder; resolves once all of it is ready. Whatever was started is ended again when that fails. */
export const bringUp = async (
  layout: Layout,
  { kafka, say, signal, without = [] }: BringUpOptions,
): Promise<Running> => {
  const unknown = without.find((agency) => !AGENCIES.some(({ id }) => id === agency));
  if (unknown !== undefined) throw new WaslError('bad-usage', { what: `there is no ministry ${unknown} to leave out` });
  await makeRoot(layout);
  const release = takeFolder(layout.root);
  const beginning = new Set<Promise<unknown>>();
  const running: { readonly part: Part; readonly supervised: Supervised }[] = [];
  let stopping: Promise<void> | undefined;
  const processes = (): ProcessState[] =>
    running.map(({ part: { name, listen, ops }, supervised }) => ({
      name,
      pid: supervised.pid(),
      ...(listen === undefined ? {} : { listen }),
      ...(ops === undefined ? {} : { ops }),
    }));
  const stop = (): Promise<void> => {
    stopping ??= (async () => {
      const isServer = ({ part }: (typeof running)[number]): boolean => part.name.endsWith('postgresql');
      // A gateway still writes that it has closed: databases go last.
      await Promise.allSettled(running.filter((one) => !isServer(one)).map(({ supervised }) => supervised.stop()));
      await Promise.allSettled(running.filter(isServer).map(({ supervised }) => supervised.stop()));
      release();
    })();
    return stopping;
  };

  try {
    const { mark, fresh } = await prepareFolder(layout, kafka === undefined ? 'embedded' : 'kafka', Date.now());
    const wanted = kafka === undefined ? 'embedded' : 'kafka';
    if (mark.bus !== wanted) {
      throw new WaslError('config-invalid', {
        what: `${layout.root} was made for the ${mark.bus} bus; --data names another folder`,
      });
    }
    say(
      fresh
        ? `made a development authority and ${AGENCIES.length} agencies in ${layout.root}`
        : `going on in ${layout.root}`,
    );
    const addresses = await choosePorts(layout);
    const bus = {
      registry: addresses.registry,
      gateways: [addresses.gateway],
      join: addresses['registry-join'],
    };
    for (const folder of [layout.operator, layout.agency(CONFORMANCE), ...AGENCIES.map(({ id }) => layout.agency(id))])
      await writeBusAddresses(folder, bus);
    const all = partsOf({ layout, addresses, signal, ...(kafka === undefined ? {} : { kafka }) });
    const parts = all.filter(({ name }) => !without.some((agency) => name === `adapter-${agency}`));
    const state = (): Promise<void> =>
      writeState(layout, {
        gateway: addresses.gateway,
        schemaRegistry: addresses['schema-registry'],
        processes: processes(),
      });
    const start = async (part: Part): Promise<void> => {
      signal.throwIfAborted();
      const changed = (): void => void state().catch(() => undefined);
      const begun = supervise(part.name, part.begin, say, changed);
      beginning.add(begun);
      running.push({ part, supervised: await begun });
    };
    const wait = async (part: Part): Promise<void> => {
      await part.ready(signal);
      say(`${part.name} is ready${part.listen === undefined ? '' : ` on ${part.listen}`}`);
    };
    // All at once, each as soon as what it needs has begun.
    const begun = new Map<string, Promise<void>>();
    for (const part of parts) {
      const needed = Promise.all(part.after.map((name) => begun.get(name)));
      begun.set(
        part.name,
        needed.then(() => start(part)),
      );
    }
    for (const end of await Promise.allSettled(begun.values())) if (end.status === 'rejected') throw end.reason;
    await Promise.all(parts.map(wait));
    await state();
    return { gateway: addresses.gateway, processes: processes(), stop };
  } catch (error) {
    // What is still beginning cannot be ended before it has begun, and would be left behind.
    await Promise.allSettled(beginning);
    await stop();
    throw error;
  }
};
