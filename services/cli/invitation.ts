import { decodeBase64url, encodeBase64url } from '../kernel/base64url.ts';
import { fromUtf8, utf8 } from '../kernel/bytes.ts';
import { WaslError } from '../kernel/codes.ts';
import { isObject, readFields } from '../kernel/fields.ts';
import { type AgencyId, parseAgencyId } from '../kernel/ids.ts';
import type { Thumbprint } from '../kernel/keys.ts';
import { THUMBPRINT } from '../kernel/statements.ts';
import { parseStrictJson } from '../kernel/strict-json.ts';

/** What the authority hands to an integrator, by a way that both trust. */
export interface Invitation {
  readonly agency: AgencyId;
  /** host:port of JoinService. */
  readonly join: string;
  readonly trustDomain: string;
  /** RFC 7638 thumbprint of the authority's root key. */
  readonly root: Thumbprint;
  /** SHA-256 of the authority's TLS certificate (DER), hex. */
  readonly ca: string;
  readonly secret: string;
  /** ms since the epoch. */
  readonly expiresMs: number;
}

const PREFIX = 'wasl-invitation-1.';

/** An invitation as one word, to be pasted. */
export const writeInvitation = (invitation: Invitation): string =>
  PREFIX + encodeBase64url(utf8(JSON.stringify(invitation)));

/** Reads it back; `invitation-unreadable` for anything else. */
export const readInvitation = (text: string): Invitation => {
  const word = text.trim();
  try {
    const value = parseStrictJson(fromUtf8(decodeBase64url(word.startsWith(PREFIX) ? word.slice(PREFIX.length) : '')));
    if (!isObject(value)) throw new WaslError('invitation-unreadable');
    const f = readFields(value, 'invitation');
    const invitation: Invitation = {
      agency: parseAgencyId(f.text('agency')),
      join: f.text('join', /^[^\s/]+:\d{1,5}$/),
      trustDomain: f.text('trustDomain'),
      root: f.text('root', THUMBPRINT) as Thumbprint,
      ca: f.text('ca', /^[0-9a-f]{64}$/),
      secret: f.text('secret'),
      expiresMs: f.count('expiresMs'),
    };
    f.done();
    return invitation;
  } catch (cause) {
    throw new WaslError('invitation-unreadable', {}, { cause });
  }
};
