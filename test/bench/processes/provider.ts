import { adapterSettings, defineSettings, readSettings, runAdapter } from '../../../adapters/kit/index.ts';
import { MEASURED, measuredDocument } from './document.ts';

/** A ministry's adapter as any other, the unmodified kit; its source system is a document in memory, so that the bus is what is measured. */
const [file = ''] = process.argv.slice(2);
const settings = await readSettings(defineSettings(adapterSettings), { file, env: {} });
const adapter = await runAdapter({
  settings,
  handlers: {
    [MEASURED.documentType]: async ({ subject }) => ({
      kind: 'found',
      document: measuredDocument(Number(subject.value)),
    }),
  },
  ping: async () => undefined,
});
const stop = (): void => void adapter.stop().then(() => process.exit());
process.once('SIGTERM', stop);
process.once('disconnect', stop);
