import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WaslError } from '../../services/kernel/codes.ts';
import type { RegistryCopy } from '../../services/kernel/copy.ts';
import type { Primitives } from '../../services/kernel/keys.ts';
import { type OwnStep, underOwnSteps, verifyOwnStep } from '../../services/kernel/own-steps.ts';
import type { Logger } from '../../services/platform/log/index.ts';
import type { Identity } from './identity.ts';

const EVERY_MS = 1_000;

/**
 * The agency's own suspensions, from signed files in its identity's folder: they count here, in what it asks and in what it answers, whether or
 * not the registry can be reached. Each file `*.jws` holds a step and its officer's certificate, one a line.
 */
export interface OwnSteps {
  /** The copy with them laid over its agreements. */
  over(copy: RegistryCopy): RegistryCopy;
  stop(): void;
}

/** Watches the folder; what it holds at the start counts for the first request. */
export const watchOwnSteps = (identity: Identity, primitives: Primitives, log: Logger): OwnSteps => {
  const { suspensions: folder, agency, keys } = identity;
  if (folder === undefined) return { over: (copy) => copy, stop: () => undefined };
  let files = new Map<string, { readonly text: string; readonly step: OwnStep | undefined }>();
  let steps: readonly OwnStep[] = [];
  let read = false;

  const stepIn = async (name: string, text: string, isNew: boolean): Promise<OwnStep | undefined> => {
    try {
      const [step = '', certificate = ''] = text.split(/\s+/);
      const own = { agency, signing: keys.signers().map(({ publicJwk }) => publicJwk) };
      return await verifyOwnStep(primitives, own, step, certificate);
    } catch (error) {
      if (!(error instanceof WaslError)) throw error;
      if (isNew)
        log.error({ file: name, code: error.code }, 'a file of suspensions says nothing of ours, and stops nothing');
      return undefined;
    }
  };
  const look = async (): Promise<void> => {
    const names = (await namesIn(folder)).filter((name) => name.endsWith('.jws'));
    const next: typeof files = new Map();
    for (const name of names) {
      const text = (await readFile(join(folder, name), 'utf8')).trim();
      const held = files.get(name);
      const isNew = held?.text !== text;
      // One by a key that is not known here is looked at again: the key may come after it.
      next.set(name, isNew || held?.step === undefined ? { text, step: await stepIn(name, text, isNew) } : held);
    }
    files = next;
    steps = [...next.values()].flatMap(({ step }) => (step === undefined ? [] : [step]));
    read = true;
  };
  const tryLook = (): Promise<void> =>
    // What was read before goes on counting.
    look().catch((error: unknown) => log.error({ err: error, folder }, 'the folder of suspensions cannot be read'));
  let looking = tryLook();
  const first = looking;
  const timer = setInterval(() => {
    looking = looking.then(tryLook);
  }, EVERY_MS);
  timer.unref();

  return {
    over: (copy) =>
      read && steps.length === 0
        ? copy
        : {
            ...copy,
            between: async (of) => {
              await first;
              return (await copy.between(of)).map((agreement) => underOwnSteps(agreement, agency, steps));
            },
            agreements: async () => {
              await first;
              return (await copy.agreements()).map((agreement) => underOwnSteps(agreement, agency, steps));
            },
          },
    stop: () => clearInterval(timer),
  };
};

const namesIn = (folder: string): Promise<string[]> =>
  readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
