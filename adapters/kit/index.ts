// Everything that a ministry needs of the bus, and all that it may see.
export { type Code, WaslError } from '../../services/kernel/codes.ts';
export { defineSettings, readSettings, type SettingsFrom, type Values } from '../../services/platform/config/index.ts';
export { createLogger, type Logger, silentLogger } from '../../services/platform/log/index.ts';
export type { Ask, CollectOptions } from './ask.ts';
export { type Catalog, type CatalogDocument, catalogOf } from './catalog.ts';
export { renewCertificate } from './certificate/renew.ts';
export type { Client } from './client.ts';
export { type Handler, type HandlerAnswer, type HandlerCall, SourceUnavailable } from './handler.ts';
export { type Identity, loadIdentity } from './identity.ts';
export { type Journal, openFileJournal, openTableJournal, readFileJournal } from './journal/index.ts';
export { type Kit, type KitOptions, openKit } from './kit.ts';
export { explain, type Outcome, outcomeJson, type Receipts } from './outcome.ts';
export { problemsOf } from './rehearse.ts';
export { type AdapterOptions, adapterSettings, type RunningAdapter, runAdapter } from './run-adapter.ts';
export { type JournalTarget, type Revocation, revokeDocument } from './status/revoke.ts';
export type { DocumentStatus, Verified } from './status/verify.ts';
