/** A profile as V8 writes it. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  /** µs between samples. */
  readonly timeDeltas: readonly number[];
}

interface Work {
  readonly name: string;
  /** Held against `function url` of a frame. */
  readonly fits: RegExp;
}

/** Kinds of work. A sample belongs to the innermost frame of its stack that fits one; of several kinds the first. */
export const WORK: readonly Work[] = [
  { name: 'garbage collection', fits: /^\(garbage collector\)/ },
  { name: 'signatures', fits: /internal\/crypto\/sig\b|^(sign|verifyEs256) .*platform\/crypto\/keys/ },
  {
    name: 'sealing (agreement, AES, key wrap)',
    fits: /internal\/crypto\/(diffiehellman|cipher|keygen|keys)\b|platform\/crypto\/keys|kernel\/jwe/,
  },
  { name: 'digests', fits: /internal\/crypto\/hash|kernel\/digest/ },
  { name: 'validation (ajv)', fits: /node_modules\/ajv|platform\/validate|^validate\d*\b/ },
  { name: 'JSON, canonical form, base64url', fits: /kernel\/(canonical|strict-json|base64url|fields|bytes)/ },
  { name: 'journal', fits: /adapters\/kit\/journal|kernel\/journal|internal\/fs\b|node:fs/ },
  {
    name: 'evidence and its bus',
    fits: /kernel\/(batch|merkle|evidence|chain)|gateway\/edge\/evidence|platform\/bus|node_modules\/(pg|kafkajs)/,
  },
  { name: 'log', fits: /platform\/log|node_modules\/(pino|sonic-boom|thread-stream|safe-stable)/ },
  {
    name: 'transport (gRPC, HTTP/2, TLS)',
    fits: /node_modules\/@grpc|platform\/rpc|proto\/gen|internal\/http2|_tls_wrap|node:net\b|internal\/streams|stream_base_commons|node_modules\/@bufbuild/,
  },
  { name: 'our own code beside these', fits: /dist\/(services|adapters|test)\// },
  { name: 'native (sockets, TLS records, loop)', fits: /^\(program\)/ },
  { name: 'Node itself, and what is left', fits: /^/ },
];

const IDLE = '(idle)';

/** Self time by kind of work, ms; what the process idled is left out. */
export const groupSelfTime = ({ nodes, samples, timeDeltas }: CpuProfile): Record<string, number> => {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parent = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const kinds = new Map<number, string>();
  const kindOf = (id: number): string => {
    const known = kinds.get(id);
    if (known !== undefined) return known;
    const kind = innermost(id);
    kinds.set(id, kind);
    return kind;
  };
  const innermost = (leaf: number): string => {
    for (let at: number | undefined = leaf; at !== undefined; at = parent.get(at)) {
      const frame = byId.get(at)?.callFrame;
      if (frame === undefined) break;
      if (frame.functionName === IDLE) return IDLE;
      const text = `${frame.functionName} ${frame.url}`;
      const found = WORK.slice(0, -1).find(({ fits }) => fits.test(text));
      if (found !== undefined) return found.name;
    }
    return WORK.at(-1)?.name ?? '';
  };
  const total: Record<string, number> = {};
  for (const [index, id] of samples.entries()) {
    const kind = kindOf(id);
    // A sample stands for the time until the next.
    const us = timeDeltas[index + 1] ?? 0;
    if (kind !== IDLE) total[kind] = (total[kind] ?? 0) + us / 1000;
  }
  return total;
};
