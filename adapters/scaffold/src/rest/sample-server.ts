import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Entry } from '../entry.ts';

/** A stand-in for the register, over invented entries; port 0 takes a free one. */
export const startSampleServer = async (port: number): Promise<{ readonly url: string; readonly server: Server }> => {
  const file = new URL('../../sample/rest/register.json', import.meta.url);
  const all = JSON.parse(await readFile(file, 'utf8')) as readonly Entry[];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://register');
    const number = searchParams.get('nationalNumber');
    const found = all.filter(({ nationalNumber }) => nationalNumber === number);
    const pages: Readonly<Record<string, object>> = {
      '/health': { status: 'up' },
      '/entries': { asOf: new Date().toISOString(), entries: found },
    };
    const page = pages[pathname];
    response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'application/json; charset=utf-8' });
    response.end(JSON.stringify(page ?? {}));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
};
