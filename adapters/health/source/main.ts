import { readFileSync } from 'node:fs';
import { populationOf, serveUntilTold, wholeNumber } from '../../population/stand-in.ts';
import { startHealthSource } from './server.ts';

// WASL_HEALTH_SOURCE_PORT: loopback port, 0 for any free one.
// WASL_HEALTH_SOURCE_DOWN: a file; while it stands, every answer is 503, with the seconds in it as Retry-After.
const RETRY_AFTER_S = 30;
const switchFile = process.env.WASL_HEALTH_SOURCE_DOWN;
const away = (): number | undefined => {
  if (switchFile === undefined) return undefined;
  try {
    return Number.parseInt(readFileSync(switchFile, 'utf8'), 10) || RETRY_AFTER_S;
  } catch {
    return undefined;
  }
};

const source = await startHealthSource({
  port: wholeNumber(process.env, 'WASL_HEALTH_SOURCE_PORT', 0),
  population: populationOf(process.env),
  away,
});
serveUntilTold({ listening: source.url }, source.stop);
