import { floorOf } from '../floor/raw.ts';
import { obey } from './load.ts';
import { connectRaw, message } from './wire.ts';

/** The yardsticks' caller: of the server itself, or through the relay. */
const [identity = '', server = '', relay = ''] = process.argv.slice(2);
const direct = await connectRaw(identity, server);
const relayed = await connectRaw(identity, relay);
const floor = floorOf('client');

obey(async ({ bytes, way, shares }) => {
  const needs = way === 'floor' ? shares : undefined;
  if (needs !== undefined) floor(needs);
  const sent = message({ id: 0, ...(needs === undefined ? {} : { floor: needs }) }, bytes);
  const answer = await (way === 'direct' ? direct : relayed).call(sent);
  return answer.length === sent.length ? undefined : 'an answer of another length';
});
