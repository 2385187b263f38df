import { once } from 'node:events';
import type { OpenSample } from '../sample.ts';
import { startSampleServer } from './sample-server.ts';
import { openSource } from './source.ts';

export const openSample: OpenSample = async () => {
  const { url, server } = await startSampleServer(0);
  const gone = await startSampleServer(0);
  gone.server.close();
  await once(gone.server, 'close');
  return {
    source: openSource({ registerUrl: url }),
    away: openSource({ registerUrl: gone.url }),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
