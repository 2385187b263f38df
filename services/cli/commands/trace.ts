import { parseCode, sentence, WaslError } from '../../kernel/codes.ts';
import { openPrivateAsAudit } from '../../kernel/jwe.ts';
import { loadOpener, primitives } from '../../platform/crypto/index.ts';
import { layoutOf } from '../development/layout.ts';
import type { End } from '../end.ts';
import { type ReadEntry, readEvidence } from '../evidence.ts';

export interface TraceFlags {
  readonly data: string;
  readonly auditKey?: string;
}

const requestIdOf = ({ entry: { body } }: ReadEntry): string | undefined =>
  'requestId' in body ? body.requestId : undefined;

/** How the evidence says the request ended. */
const statusOf = (found: readonly ReadEntry[]): string => {
  const bodies = found.map(({ entry }) => entry.body);
  if (bodies.some(({ kind }) => kind === 'received')) return 'received';
  const ends = bodies.flatMap((body) => (body.kind === 'answered' && body.late !== true ? [body] : []));
  const [end] = ends;
  if (end !== undefined)
    return end.answer === undefined ? `ended by the gateway: ${end.code ?? end.outcome}` : end.outcome;
  return bodies.some(({ kind }) => kind === 'requested') ? 'unanswered' : 'refused';
};

/** The evidence of one request, in order, read from the bus and verified here. */
export const trace = async (requestId: string, { data, auditKey }: TraceFlags): Promise<End> => {
  const { entries } = await readEvidence(layoutOf(data));
  const found = entries.filter((read) => requestIdOf(read) === requestId);
  if (found.length === 0) {
    throw new WaslError('no-such-record');
  }
  const opener = auditKey === undefined ? undefined : await loadOpener(auditKey);
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
  const status = statusOf(found);
  const sound = found.every(({ signature, chain }) => signature === 'good' && chain === 'whole');
  const lines = listed.map(({ timeMs, body, digest, signature, chain, gateway, sequence, ...rest }) => {
    const code = 'code' in body && body.code !== undefined ? `  ${body.code}` : '';
    const why = code === '' ? '' : `\n    ${sentence(parseCode(code.trim()) ?? 'internal', 'en')}`;
    const opened = 'opened' in rest ? `\n    opened with the audit key: ${JSON.stringify(rest.opened)}` : '';
    return `${new Date(timeMs).toISOString()}  ${body.kind.padEnd(9)} ${gateway}#${sequence}  ${digest}\n    signature ${signature}, chain ${chain}${code}${why}${opened}`;
  });
  return {
    kind: sound ? 'delivered' : 'failure',
    json: { requestId, status, sound, entries: listed },
    text: [`request ${requestId}: ${status}`, ...lines].join('\n'),
  };
};
