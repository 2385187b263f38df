// Commit points at which a process of a fault test can be made to end (SIGKILL), or to wait while its test ends something else. A test arms
// one point at a time over the IPC channel; what a point was reached with is said on standard output, which outlives the process.

import { writeSync } from 'node:fs';

let armed;
let go;
process.on('message', (message) => {
  if (message.arm !== undefined) {
    armed = message.arm;
    process.send({ kind: 'armed' });
  } else if (message.go === true) go?.();
});
process.once('disconnect', () => process.exit());

const reach = async (ids) => {
  const { holds } = armed;
  armed = undefined;
  writeSync(1, `${JSON.stringify({ reached: ids })}\n`);
  if (holds !== true) process.kill(process.pid, 'SIGKILL');
  await new Promise((resolve) => {
    go = resolve;
  });
};

/** Runs a commit of these kinds, each with the requests it is about, with the armed point before or behind it. */
export const atCommit = async (kinds, commit) => {
  const point = armed;
  const ids = point === undefined ? [] : (kinds[point.kind] ?? []);
  // Another commit may reach the point while this one is under way: once is enough.
  const reached = (when) => ids.length > 0 && point.when === when && armed === point;
  if (reached('before')) await reach(ids);
  const done = await commit();
  if (reached('after')) await reach(ids);
  return done;
};

/** A journal with these points. */
export const deadlyJournal = (journal) => {
  const at = ({ kind, requestId }, commit) => atCommit({ [kind]: [requestId] }, commit);
  return {
    ...journal,
    append: (body) => at(body, () => journal.append(body)),
    admit: (body, quotaPerDay) => at(body, () => journal.admit(body, quotaPerDay)),
  };
};
