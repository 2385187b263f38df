import type { Bilingual } from '../../kernel/agreement.ts';
import { WaslError } from '../../kernel/codes.ts';

/** Somebody's right to become an agency, once. */
export interface Invitation {
  readonly agency: string;
  readonly name: Bilingual;
  readonly expiresMs: number;
  readonly used: boolean;
  /** What it was used with, and the certificate that was given for it. */
  readonly given?: { readonly request: string; readonly certificate: string };
}

/**
 * Whether an invitation lets `agency` join now. Errors: `invitation-unknown` (also when it is another agency's: who guesses learns no more),
 * `invitation-used`, `invitation-expired`.
 */
export const checkInvitation = (invitation: Invitation | undefined, agency: string, nowMs: number): Invitation => {
  if (invitation?.agency !== agency) throw new WaslError('invitation-unknown', { agency });
  if (invitation.used) throw new WaslError('invitation-used', { agency });
  if (nowMs >= invitation.expiresMs) throw new WaslError('invitation-expired', { agency });
  return invitation;
};
