import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';

/**
 * Loaded before a process of ours by `--import`, which stays as it is otherwise: the first SIGUSR2 starts V8's sampling profiler, the next
 * stops it and writes what it saw to BENCH_PROFILE.
 */
const to = process.env.BENCH_PROFILE;
if (to !== undefined) {
  const session = new Session();
  session.connect();
  let on = false;
  process.on('SIGUSR2', () => {
    on = !on;
    if (on) {
      session.post('Profiler.enable');
      session.post('Profiler.setSamplingInterval', { interval: 500 });
      session.post('Profiler.start');
    } else {
      session.post('Profiler.stop', (_, { profile }) => {
        writeFileSync(`${to}.new`, JSON.stringify(profile));
        renameSync(`${to}.new`, to);
      });
    }
  });
}
