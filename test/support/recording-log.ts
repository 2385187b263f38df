import type { Logger } from '../../services/platform/log/index.ts';

export interface Line {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A log that keeps its lines, for tests of what an operator is told. */
export const recordingLog = (): { readonly log: Logger; readonly lines: Line[] } => {
  const lines: Line[] = [];
  const under = (common: object): Logger => {
    const at =
      (level: Line['level']) =>
      (fields: object, message: string): void =>
        void lines.push({ level, message, fields: { ...common, ...fields } });
    return {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      child: (fields) => under({ ...common, ...fields }),
    };
  };
  return { log: under({}), lines };
};
