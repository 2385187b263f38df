import { expect, test } from 'vitest';
import { peerOf } from './peer.ts';

const peer = (names: string | undefined) => peerOf(names, 'wasl.test');

test('one SPIFFE URI names its holder, with or without host names beside it', () => {
  expect(peer('URI:spiffe://wasl.test/agency/civil-status')).toEqual({ kind: 'agency', id: 'civil-status' });
  expect(peer('DNS:gw-1.example.jo, IP Address:10.0.0.1, URI:spiffe://wasl.test/gateway/gw-1')).toEqual({
    kind: 'gateway',
    id: 'gw-1',
  });
});

test.each([
  [undefined],
  [''],
  ['DNS:gw-1'],
  ['URI:spiffe://other.test/agency/transport'],
  ['URI:spiffe://wasl.test/agency/transport, URI:spiffe://wasl.test/gateway/gw-1'],
  ['URI:spiffe://wasl.test/agency/transport/extra'],
  ['URI:spiffe://wasl.test/agency/TRANSPORT'],
  ['URI:https://wasl.test/agency/transport, URI:spiffe://wasl.test/agency/transport'],
  // One name written so that it reads as two, quoted by Node and unquoted as before its repair.
  ['URI:"https://a, URI:spiffe://wasl.test/agency/transport"'],
  ['DNS:"x, URI:spiffe://wasl.test/gateway/gw-1"'],
  ['DNS:x\u0000, URI:spiffe://wasl.test/gateway/gw-1'],
  ['email:a@b.jo, URI:spiffe://wasl.test/gateway/gw-1'],
])('%j names nobody', (names) => {
  expect(peer(names)).toBeUndefined();
});
