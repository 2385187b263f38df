const MAX_RESPONSE_BYTES = 4 * 1024 * 1024;

type Done = (error: unknown, response?: { status: number; headers: object }, body?: string) => void;

/** What the `soap` library calls to send one envelope; over fetch, so that its connections stay open and a signal ends it. */
export function httpPost(
  url: string,
  envelope: unknown,
  done: Done,
  headers: Record<string, string> = {},
  options: { readonly signal?: AbortSignal } = {},
): never {
  post(url, String(envelope), headers, options.signal).then(
    ({ status, headers: received, body }) => done(null, { status, headers: received }, body),
    (error: unknown) => done(error),
  );
  // The library types a promise of its own HTTP client here and never looks at it.
  return undefined as never;
}

async function post(url: string, envelope: string, headers: Record<string, string>, signal: AbortSignal | undefined) {
  const response = await fetch(url, {
    method: 'POST',
    body: envelope,
    headers,
    redirect: 'error',
    ...(signal && { signal }),
  });
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > MAX_RESPONSE_BYTES) throw new RangeError('the answer is over the size limit');
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks).toString('utf8');
  // Same rule as the server's: no document type, so no entities (SOAP 1.1 s.3).
  if (/<!DOCTYPE|<!ENTITY/i.test(body)) throw new SyntaxError('the answer carries a document type');
  return { status: response.status, headers: Object.fromEntries(response.headers), body };
}
