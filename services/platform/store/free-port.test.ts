import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { freePort } from './free-port.ts';

test('no port is given twice, and none that an outgoing connection could take before it is used', async () => {
  const ports = await Promise.all(Array.from({ length: 200 }, () => freePort()));
  expect(new Set(ports).size).toBe(ports.length);
  expect(ports.filter((port) => port < 1_024 || port >= 32_768)).toEqual([]);
});

test('the wanted port is given as long as it is free, and another one when somebody listens there', async () => {
  const port = await freePort();
  expect(await freePort(port)).toBe(port);
  const server = createServer((socket: Socket) => socket.destroy()).listen(port, '127.0.0.1');
  await once(server, 'listening');
  expect(await freePort(port)).not.toBe(port);
  server.close();
});
