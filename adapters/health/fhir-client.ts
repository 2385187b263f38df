import { SourceUnavailable } from '../kit/index.ts';

/** A FHIR resource as it came: nothing in it is believed before it is read. */
export type Resource = Readonly<Record<string, unknown>>;

export interface FhirClient {
  /** Every resource of a search, over all its pages. Throws `SourceUnavailable` unless the server gave the whole answer. */
  search(type: string, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<readonly Resource[]>;
  /** Throws while the server does not answer. */
  ping(): Promise<void>;
}

const RETRY_MS = 5_000;
const PAGES_AT_MOST = 20;
const PAGE_BYTES = 4 * 1024 * 1024;
const PING_MS = 2_000;

/** Reads a FHIR R4 server at its base address. It never follows a link or a redirect to another origin: the query names a person. */
export const openFhirClient = (base: string): FhirClient => {
  const { origin } = new URL(base);

  const get = async (url: string, signal: AbortSignal): Promise<Resource> => {
    const response = await fetch(url, {
      headers: { accept: 'application/fhir+json' },
      redirect: 'error',
      signal,
    }).catch((cause: unknown) => {
      throw new SourceUnavailable(RETRY_MS, { cause });
    });
    if (!response.ok) {
      await response.body?.cancel();
      const seconds = Number(response.headers.get('retry-after') ?? '');
      throw new SourceUnavailable(seconds > 0 && seconds <= 86_400 ? seconds * 1_000 : RETRY_MS, {
        cause: new Error(`the server answered ${response.status}`),
      });
    }
    try {
      const value: unknown = JSON.parse(await bounded(response));
      if (typeof value !== 'object' || value === null) throw new Error('the server answered with no resource');
      return value as Resource;
    } catch (cause) {
      throw new SourceUnavailable(RETRY_MS, { cause });
    }
  };

  return {
    search: async (type, query, signal) => {
      const found: Resource[] = [];
      const seen = new Set<string>();
      let next: string | undefined = `${base}/${type}?${new URLSearchParams(query)}`;
      while (next !== undefined) {
        // Half an answer would be a wrong one: too many pages, or one that comes again, is no answer.
        if (seen.size >= PAGES_AT_MOST || seen.has(next)) throw broken('pages without end');
        seen.add(next);
        const page: Resource = await get(next, signal);
        if (page.resourceType !== 'Bundle' || page.type !== 'searchset') throw broken('no searchset Bundle');
        for (const entry of listOf(page.entry)) {
          const { resource } = entry;
          // A server may put its warnings between the matches (search mode `outcome`).
          if (isResource(resource) && resource.resourceType === type) found.push(resource);
        }
        const link: Resource | undefined = listOf(page.link).find(({ relation }) => relation === 'next');
        next = link === undefined ? undefined : String(link.url);
        if (next !== undefined && !(URL.canParse(next) && new URL(next).origin === origin)) {
          throw broken('a next page at another address');
        }
      }
      return found;
    },
    ping: async () => {
      const { resourceType } = await get(`${base}/metadata`, AbortSignal.timeout(PING_MS));
      if (resourceType !== 'CapabilityStatement') throw broken('no CapabilityStatement');
    },
  };
};

const broken = (what: string): SourceUnavailable => new SourceUnavailable(RETRY_MS, { cause: new Error(what) });
const isResource = (value: unknown): value is Resource => typeof value === 'object' && value !== null;
const listOf = (value: unknown): readonly Resource[] => (Array.isArray(value) ? value.filter(isResource) : []);

const bounded = async (response: Response): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > PAGE_BYTES) throw new Error('a page is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};
