/** What is computed, as raw as Node offers it. */
export type Raw =
  | 'sign'
  | 'verify'
  | 'key pair'
  | 'agree'
  | 'agree with a new key'
  | 'public key of a scalar'
  | 'wrap'
  | 'AES-256-GCM';

export type Where = 'client' | 'relay' | 'server';

/** One operation that an exchange needs, and the process that has to do it. */
export interface Operation {
  readonly where: Where;
  readonly what: string;
  readonly raw: Raw;
  readonly bytes: number;
  readonly each: Each;
}

/** Once an exchange, once a group commit of evidence, or once an acknowledgement, which speaks for several exchanges. */
export type Each = 'exchange' | 'commit' | 'acknowledgement';
/** How many of each there are for one exchange. */
export type Shares = Readonly<Record<Each, number>>;

const STATEMENT = 1_000;
/** Of ten exchanges. */
const ACKNOWLEDGEMENT = 3_000;
const PRIVATE = 200;
/** A credential of ten claims over 2 kB of JSON. */
const CREDENTIAL = 4_400;

const once = (where: Where, what: string, raw: Raw, bytes: number): Operation => ({
  where,
  what,
  raw,
  bytes,
  each: 'exchange',
});

/** Everything that one delivered document needs (services/decisions/0005-the-floor.md says why), in its order. */
export const OPERATIONS: readonly Operation[] = [
  once('client', 'seal the private part: key', 'key pair', 32),
  once('client', 'seal the private part: agree with the provider', 'agree', 32),
  once('client', 'seal the private part: wrap for the provider', 'wrap', 32),
  once('client', 'seal the private part: agree with the audit service', 'agree', 32),
  once('client', 'seal the private part: wrap for the audit service', 'wrap', 32),
  once('client', 'seal the private part', 'AES-256-GCM', PRIVATE),
  once('client', 'sign the request', 'sign', STATEMENT),
  once('relay', 'verify the request', 'verify', STATEMENT),
  { ...once('relay', 'sign a group commit of evidence', 'sign', STATEMENT), each: 'commit' },
  once('server', 'verify the request', 'verify', STATEMENT),
  { ...once('server', 'verify the receipt of a group commit', 'verify', STATEMENT), each: 'commit' },
  once('server', 'open the private part: agree', 'agree with a new key', 32),
  once('server', 'open the private part: unwrap', 'wrap', 32),
  once('server', 'open the private part', 'AES-256-GCM', PRIVATE),
  once('server', 'the audit service reads the same: its key', 'public key of a scalar', 32),
  once('server', 'the audit service reads the same: agree', 'agree', 32),
  once('server', 'the audit service reads the same: wrap', 'wrap', 32),
  once('server', 'sign the credential', 'sign', STATEMENT),
  once('server', 'seal the document: key', 'key pair', 32),
  once('server', 'seal the document: agree', 'agree', 32),
  once('server', 'seal the document: wrap', 'wrap', 32),
  once('server', 'seal the document', 'AES-256-GCM', CREDENTIAL),
  once('server', 'sign the answer', 'sign', STATEMENT),
  once('relay', 'verify the answer', 'verify', STATEMENT),
  once('client', 'verify the answer', 'verify', STATEMENT),
  { ...once('client', 'verify the receipts of a group commit', 'verify', STATEMENT), each: 'commit' },
  once('client', 'open the document: agree', 'agree with a new key', 32),
  once('client', 'open the document: unwrap', 'wrap', 32),
  once('client', 'open the document', 'AES-256-GCM', CREDENTIAL),
  once('client', 'verify the credential', 'verify', STATEMENT),
  { ...once('client', 'sign an acknowledgement', 'sign', ACKNOWLEDGEMENT), each: 'acknowledgement' },
  { ...once('relay', 'verify an acknowledgement', 'verify', ACKNOWLEDGEMENT), each: 'acknowledgement' },
];
