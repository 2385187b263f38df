import { fileURLToPath } from 'node:url';
import type { OpenSample } from '../sample.ts';
import { openSource } from './source.ts';

export const openSample: OpenSample = async () => {
  const folder = fileURLToPath(new URL('../../sample/csv/', import.meta.url));
  return {
    source: openSource({ register: folder }),
    away: openSource({ register: `${folder}nowhere` }),
    stop: async () => undefined,
  };
};
