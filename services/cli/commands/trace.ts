import { parseCode, sentence, WaslError } from '../../kernel/codes.ts';
import { requestsOf } from '../../kernel/evidence.ts';
import { UUID_V7 } from '../../kernel/ids.ts';
import { openPrivateAsAudit } from '../../kernel/jwe.ts';
import type { Opener } from '../../kernel/keys.ts';
import { loadOpener, primitives } from '../../platform/crypto/index.ts';
import { layoutOf } from '../development/layout.ts';
import type { End } from '../end.ts';
import { type ReadEntry, readEvidence } from '../evidence.ts';

export interface TraceFlags {
  readonly data: string;
  readonly auditKey?: string;
}

/** How the evidence says the request ended. */
export const statusOf = (found: readonly ReadEntry[]): string => {
  const bodies = found.map(({ entry }) => entry.body);
  if (bodies.some(({ kind }) => kind === 'received')) return 'received';
  const ends = bodies.flatMap((body) => (body.kind === 'answered' && body.late !== true ? [body] : []));
  const [end] = ends;
  if (end !== undefined)
    return end.answer === undefined ? `ended by the gateway: ${end.code ?? end.outcome}` : end.outcome;
  return bodies.some(({ kind }) => kind === 'requested') ? 'unanswered' : 'refused';
};

/** A deferred request and all that collect its answer, each once, the oldest first; of any other request, itself alone. */
const familyOf = (entries: readonly ReadEntry[], requestId: string): string[] => {
  const collecting = new Map<string, string>();
  for (const { entry } of entries) {
    const { body } = entry;
    if (body.kind === 'requested' && body.collects !== undefined) collecting.set(body.requestId, body.collects);
  }
  const first = collecting.get(requestId) ?? requestId;
  return [first, ...[...collecting].flatMap(([id, collects]) => (collects === first ? [id] : []))];
};

/** The evidence of one request, in order, read from the bus and verified here; with it, that of the requests it collects or is collected by. */
export const trace = async (requestId: string, { data, auditKey }: TraceFlags): Promise<End> => {
  if (!UUID_V7.test(requestId)) throw new WaslError('bad-usage', { what: `${requestId} is not the id of a request` });
  const { entries } = await readEvidence(layoutOf(data));
  const opener = auditKey === undefined ? undefined : await loadOpener(auditKey);
  const traced = await Promise.all(familyOf(entries, requestId).map((id) => traceOne(entries, id, opener)));
  const asked = traced.find((one) => one.requestId === requestId);
  if (asked === undefined || asked.entries.length === 0) throw new WaslError('no-such-request', { requestId });
  const related = traced.filter((one) => one !== asked && one.entries.length > 0);
  return {
    kind: traced.every(({ sound }) => sound) ? 'delivered' : 'failure',
    json: { ...asked, ...(related.length === 0 ? {} : { related }) },
    text: [asked, ...related].map((one) => textOf(one, one === asked ? undefined : requestId)).join('\n\n'),
  };
};

const traceOne = async (entries: readonly ReadEntry[], requestId: string, opener: Opener | undefined) => {
  const found = entries.filter(({ entry }) => requestsOf(entry.body).includes(requestId));
  const listed = await Promise.all(
    found.map(async ({ entry, digest, signature, chain, beside }) => ({
      ...entry,
      digest,
      signature,
      chain,
      ...(opener === undefined || beside.privatePart === undefined
        ? {}
        : { opened: await openPrivateAsAudit(primitives, opener, beside.privatePart) }),
    })),
  );
  const collects = found.map(({ entry }) => entry.body).find((body) => body.kind === 'requested')?.collects;
  return {
    requestId,
    status: statusOf(found),
    sound: found.every(({ signature, chain }) => signature === 'good' && chain === 'whole'),
    ...(collects === undefined ? {} : { collects }),
    entries: listed,
  };
};

const textOf = (
  { requestId, status, collects, entries }: Awaited<ReturnType<typeof traceOne>>,
  relatedTo: string | undefined,
): string => {
  const lines = entries.map(({ timeMs, body, digest, signature, chain, gateway, sequence, ...rest }) => {
    const code = 'code' in body && body.code !== undefined ? `  ${body.code}` : '';
    const why = code === '' ? '' : `\n    ${sentence(parseCode(code.trim()) ?? 'internal', 'en')}`;
    const opened = 'opened' in rest ? `\n    opened with the audit key: ${JSON.stringify(rest.opened)}` : '';
    return `${new Date(timeMs).toISOString()}  ${body.kind.padEnd(9)} ${gateway}#${sequence}  ${digest}\n    signature ${signature}, chain ${chain}${code}${why}${opened}`;
  });
  const about = collects === undefined ? [] : [`collects the deferred answer of ${collects}`];
  const why = relatedTo === undefined || relatedTo === collects ? [] : [`belongs with ${relatedTo}`];
  return [`request ${requestId}: ${status}`, ...about, ...why, ...lines].join('\n');
};
