import type { TlsIdentity } from '../../../platform/crypto/index.ts';
import type { Logger } from '../../../platform/log/index.ts';
import { type RestCaller, startRestServer } from '../../../platform/web/index.ts';
import type { Subjects } from '../../domain/subjects-register.ts';
import { makeLevelsAndModes } from '../../domain/subjects-settings.ts';
import type { SubjectStore } from '../../domain/subjects-store.ts';
import { ok } from './answers.ts';
import type { DescribedRoute } from './described.ts';
import { failed } from './failures.ts';
import { type GuardOptions, makeGuard } from './guard.ts';
import { MEDIA_TYPES } from './media.ts';
import { openApi } from './openapi.ts';
import { readRoutes } from './routes-read.ts';
import { settingsRoutes } from './routes-settings.ts';
import { writeRoutes } from './routes-write.ts';

/** Room for the largest schema as a text inside the body's JSON. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

export interface SchemaApiOptions extends Omit<GuardOptions, 'open'> {
  /** host:port; beyond loopback it needs TLS. */
  readonly listen: string;
  /** The server's certificate, and the authority whose certificates callers may show. */
  readonly tls?: { readonly identity: TlsIdentity; readonly trustDomain: string };
  readonly store: SubjectStore;
  readonly subjects: Subjects;
  readonly log: Logger;
}

/** Serves the schema registry's API, and its description at /openapi.json. */
export const startSchemaApi = (options: SchemaApiOptions): Promise<{ address: string; stop(): Promise<void> }> => {
  const { listen, tls, store, subjects, log } = options;
  const open = tls === undefined;
  const guard = makeGuard({ ...options, open });
  const described: readonly DescribedRoute[] = [
    ...readRoutes(store),
    ...writeRoutes(subjects),
    ...settingsRoutes(makeLevelsAndModes(store)),
  ];
  const description = openApi(described, open);
  return startRestServer({
    listen,
    log,
    failed,
    mediaTypes: MEDIA_TYPES,
    maxBodyBytes: MAX_BODY_BYTES,
    ...(tls === undefined ? {} : { tls }),
    routes: [
      ...described.map(({ method, path, access, handle }) => ({
        method,
        path,
        admit: (caller: RestCaller) => guard(access, caller),
        handle,
      })),
      { method: 'GET', path: '/openapi.json', handle: async () => ok(description) },
    ],
  });
};
