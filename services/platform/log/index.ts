import { destination, pino } from 'pino';
import { WaslError } from '../../kernel/codes.ts';

type Write = (fields: object, message: string) => void;

/** A log of JSON lines. Fields never hold personal data: what is not handed over needs no redaction. */
export interface Logger {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
  child(fields: object): Logger;
}

/** No line waits longer for others to be written with. */
const FLUSH_MS = 100;

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** An error as a log may show it: its code and sentence, never its cause, whose text is somebody else's. */
const errorFields = (error: unknown): object =>
  error instanceof WaslError
    ? { code: error.code, message: error.message }
    : error instanceof Error
      ? { type: error.name, message: error.message }
      : { type: typeof error };

/** Writes to standard output, one JSON object a line, with `name`, `level`, `time` (ISO 8601) and the fields. */
export const createLogger = ({ name, level }: { readonly name: string; readonly level: LogLevel }): Logger =>
  pino(
    {
      name,
      level,
      serializers: { err: errorFields },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }), bindings: ({ name: of }) => ({ name: of }) },
    },
    // Lines are written behind the work, not in the middle of it, and together when there are many; what is left is written when the process exits.
    destination({ fd: 1, sync: false, minLength: 4_096, periodicFlush: FLUSH_MS }),
  );

/** A log that says nothing, for commands whose output is the answer itself. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};
