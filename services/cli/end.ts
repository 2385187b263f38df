import { reasonOf } from '../../adapters/kit/outcome.ts';
import { CODES, type Kind, WaslError } from '../kernel/codes.ts';

/** How a command ended: what --json prints, what a person reads, and the exit code's kind. */
export interface End {
  readonly kind: Kind | 'delivered';
  readonly json: object;
  readonly text: string;
}

/** A failure as an end: its code, both sentences and whose move is next. What is not ours says only that it is not. */
export const endOfError = (error: unknown): End => {
  const { code, params } = error instanceof WaslError ? error : new WaslError('internal');
  const { message, nextMove } = reasonOf(code, params);
  const detail = error instanceof WaslError || !(error instanceof Error) ? '' : `\n${error.message}`;
  return {
    kind: CODES[code].kind,
    json: { outcome: CODES[code].kind, code, message, nextMove },
    text: `${message.en}\n${message.ar}\n(${code})${detail}`,
  };
};
