import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Agreed } from './agreed.ts';
import { WASL } from './built.ts';

/** The first line that fits, of a process that stays. */
export const lineOf = (child: ChildProcess, pattern: RegExp): Promise<string> =>
  new Promise((found, reject) => {
    child.once('exit', (code) => reject(new Error(`it ended with ${code} without saying ${pattern}`)));
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (text) => pattern.test(text) && found(text));
    }
  });

/** Ends a process that a test started, and waits until it has. */
export const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((ended) => child.once('exit', ended));
  child.kill('SIGTERM');
  await gone;
};

export interface Agent {
  readonly url: string;
  readonly child: ChildProcess;
}

/** A built `wasl agent` on a port of its own, once it answers. */
export const startAgent = async (data: string, as: string, ...provide: readonly string[]): Promise<Agent> => {
  const flags = provide.flatMap((one) => ['--provide', one]);
  const args = [WASL, 'agent', '--data', data, '--as', as, '--listen', '127.0.0.1:0', ...flags];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = await lineOf(child, /answers at http/);
  return { url: /http:\/\/[0-9.:]+/.exec(said)?.[0] ?? '', child };
};

/** Asks over HTTP, as an agency's own system does, for an Arabic reader. */
export const askAgent = async ({ url }: Agent, { provider, documentType, purpose, subject }: Agreed) => {
  const response = await fetch(`${url}/v1/requests`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'accept-language': 'ar' },
    body: JSON.stringify({
      from: provider,
      documentType,
      purpose,
      subject: { scheme: 'jo:national-number', value: subject },
    }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: the answer is what the tests look into.
  return { status: response.status, json: (await response.json()) as any };
};
