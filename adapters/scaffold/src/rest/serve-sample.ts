import { startSampleServer } from './sample-server.ts';

// node dist/rest/serve-sample.js [PORT]: the stand-in register, where adapter.json looks for it.
const [port = '7481'] = process.argv.slice(2);
const { url } = await startSampleServer(Number(port));
process.stdout.write(`the stand-in register answers at ${url}; Ctrl-C ends it\n`);
