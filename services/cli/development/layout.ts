import { join, resolve } from 'node:path';

/** Where everything of a data folder stands. One table, so that `up` and the commands agree. */
export interface Layout {
  readonly root: string;
  /** Present once the folder is whole. */
  readonly mark: string;
  readonly authority: string;
  readonly audit: string;
  readonly registry: string;
  /** What the authority declares, one file an entity. */
  readonly entities: string;
  /** The certificate and pins with which the authority's operator calls the registry. */
  readonly operator: string;
  readonly run: string;
  readonly logs: string;
  readonly state: string;
  readonly hub: string;
  readonly hubUrl: string;
  /** The URL of the registry's own database, and its account's password. */
  readonly registryDatabaseUrl: string;
  readonly registryDatabasePassword: string;
  /** The password with which schemas are registered. */
  readonly schemaPassword: string;
  gateway(id: string): string;
  agency(id: string): string;
  /** The journal of an agency's adapter, or that of requests made from the command line: one writer each. */
  journal(id: string, of: JournalOf): string;
  /** The PostgreSQL cluster of a ministry's source system. */
  sourceCluster(id: string): string;
  sourceUrl(id: string): string;
  /** Where the nightly exports of a ministry's source system arrive. */
  sourceExports(id: string): string;
  /** While it stands, a stand-in source that knows of it says 503 with the seconds in it as Retry-After. */
  sourceDown(id: string): string;
  config(process: string): string;
  log(process: string): string;
}

export type JournalOf = 'adapter' | 'requests' | 'agent';
export const JOURNALS: readonly JournalOf[] = ['adapter', 'requests', 'agent'];

/** The officer that each agency of a data folder has, and the authority. */
export const DATA_OFFICER = 'data-officer';
/** Where an officer's key, and the entity that certifies it, stand in the folder of an agency or the authority. */
export const officerFiles = (folder: string, name: string): { readonly key: string; readonly certificate: string } => ({
  key: join(folder, 'officers', `${name}.jwk`),
  certificate: join(folder, 'officers', `${name}.json`),
});

export const DEFAULT_DATA = '.wasl';
/** How a command that is shown to be typed names the folder: not at all when it is the usual one. */
export const dataFlag = (data: string): string => (data === DEFAULT_DATA ? '' : ` --data ${data}`);
export const TRUST_DOMAIN = 'wasl.test';
export const GATEWAY = 'gw-1';
/** Whose password `schemaPassword` is. */
export const SCHEMA_USERNAME = 'schemas';

export const layoutOf = (data: string): Layout => {
  const root = resolve(data);
  const at = (...names: string[]) => join(root, ...names);
  return {
    root,
    mark: at('wasl.json'),
    authority: at('authority'),
    audit: at('audit'),
    registry: at('registry'),
    entities: at('authority', 'entities'),
    operator: at('authority', 'operator'),
    run: at('run'),
    logs: at('logs'),
    state: at('run', 'state.json'),
    hub: at('hub'),
    hubUrl: at('run', 'hub.url'),
    registryDatabaseUrl: at('run', 'registry-database.url'),
    registryDatabasePassword: at('registry', 'database.password'),
    schemaPassword: at('registry', 'schemas.password'),
    gateway: (id) => at('gateways', id),
    agency: (id) => at('agencies', id),
    journal: (id, of) => at('agencies', id, 'journal', of),
    sourceCluster: (id) => at('sources', id),
    sourceUrl: (id) => at('agencies', id, 'source.url'),
    sourceExports: (id) => at('sources', id),
    sourceDown: (id) => at('sources', `${id}.down`),
    config: (name) => at('run', `${name}.json`),
    log: (name) => at('logs', `${name}.log`),
  };
};
