import type { Command } from 'commander';
import { exitCodeOf } from '../kernel/outcome.ts';
import { type End, endOfError } from './end.ts';

const wantsJson = process.argv.includes('--json');
let failed = false;
/** Whether any command failed: what it left open must not hold the process. */
export const hasFailed = (): boolean => failed;

export const print = (end: End): void => {
  const bad = end.kind !== 'delivered';
  process.exitCode = exitCodeOf(end.kind);
  if (wantsJson) process.stdout.write(`${JSON.stringify(end.json)}\n`);
  else (bad && end.kind !== 'not-found' ? process.stderr : process.stdout).write(`${end.text}\n`);
};
export const fail = (error: unknown): void => {
  failed = true;
  print(endOfError(error));
};
/** A command's action: what it ends with is printed, and what it throws too. */
export const does =
  <A extends readonly unknown[]>(work: (...args: A) => Promise<End> | End) =>
  async (...args: A): Promise<void> => {
    try {
      print(await work(...args));
    } catch (error) {
      fail(error);
    }
  };

/** As `does`, for a command that loads what it needs when it runs: nobody waits for the libraries of the others. */
export const doesLater = <A extends readonly unknown[]>(load: () => Promise<(...args: A) => Promise<End> | End>) =>
  does(async (...args: A) => (await load())(...args));

/** What every command has: an object for programs on request, and an example in its help. */
export const withExample = (command: Command, example: string): Command =>
  command
    .option('--json', 'exactly one JSON object on standard output')
    .addHelpText('after', `\nExample:\n  $ ${example}`);

/** What a person is told on the way; beside the one object, where that is wanted. */
export const sayAside = (text: string): void => void (wantsJson ? process.stderr : process.stdout).write(`${text}\n`);

/** For an option that takes names, comma-separated. */
export const listed = (text: string): string[] => text.split(',').filter((item) => item !== '');

/** For an option that may be repeated. */
export const collect = (text: string, before: readonly string[]): string[] => [...before, text];
