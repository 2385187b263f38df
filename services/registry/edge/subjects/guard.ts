import { WaslError } from '../../../kernel/codes.ts';
import { isSecret, type RestCaller } from '../../../platform/web/index.ts';

export interface GuardOptions {
  /** Whether all callers may read: those of this machine alone. */
  readonly open: boolean;
  /** The user name and password that everything is allowed to; without them nobody comes in this way. */
  readonly credentials?: { readonly username: string; readonly password: string };
}

/** Who may make a call. Errors: `credentials-needed`, also for a password that is wrong where none was needed. */
export const makeGuard = ({ open, credentials }: GuardOptions) => {
  return (access: 'read' | 'write', { peer, header }: RestCaller): void => {
    const given = header('authorization');
    if (given !== undefined) {
      const pair = /^basic ([a-z0-9+/]+=*)$/i.exec(given)?.[1];
      const text = Buffer.from(pair ?? '', 'base64').toString('utf8');
      if (credentials !== undefined && isSecret(text, `${credentials.username}:${credentials.password}`)) return;
      throw new WaslError('credentials-needed');
    }
    if (access === 'read' && (open || peer !== undefined)) return;
    if (access === 'write' && peer?.kind === 'authority') return;
    throw new WaslError('credentials-needed');
  };
};
