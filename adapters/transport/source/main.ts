import { populationOf, serveUntilTold, wholeNumber } from '../../population/stand-in.ts';
import { startTransportSource } from './server.ts';

// WASL_TRANSPORT_SOURCE_PORT: loopback port, 0 for any free one.
const source = await startTransportSource({
  port: wholeNumber(process.env, 'WASL_TRANSPORT_SOURCE_PORT', 0),
  population: populationOf(process.env),
});
serveUntilTold({ listening: source.url }, source.stop);
