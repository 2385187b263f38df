import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRehearsal } from '../../conformance/edge/rehearsal.ts';
import { runSuite } from '../../conformance/edge/suite.ts';
import { silentLogger } from '../../platform/log/index.ts';
import { type Plan, type PlanFlags, readPlan } from '../conform/plan.ts';
import { type AdapterProcess, startAdapter } from '../conform/process.ts';
import { conformForRecord, type RecordFlags } from '../conform/record.ts';
import { endOf, wordsOf } from '../conform/words.ts';
import type { End } from '../end.ts';

export type ConformFlags = PlanFlags & RecordFlags & { readonly forRecord: boolean };

/** To build and start an adapter, or for its integrator to do so by hand. */
const ATTACH_MS = { run: 90_000, byHand: 600_000 } as const;

/** Makes the run that counts, or rehearses it. */
export const conform = async (flags: ConformFlags, say: (text: string) => void): Promise<End> => {
  const plan = await readPlan(flags);
  return flags.forRecord ? recorded(plan, flags, say) : rehearse(plan, say);
};

/** Against the adapter that is attached; one that `--run` names is started as it is in production. */
const recorded = async (plan: Plan, flags: ConformFlags, say: (text: string) => void): Promise<End> => {
  if (flags.run === undefined) return conformForRecord(plan, flags, say);
  const folder = await mkdtemp(join(tmpdir(), 'wasl-conform-'));
  const adapter = startAdapter(flags.run, {}, join(folder, 'adapter.log'));
  try {
    const hands = { ...plan.hands, terminate: () => adapter.terminate() };
    return await conformForRecord({ ...plan, hands }, flags, say);
  } finally {
    await adapter.stop();
    await rm(folder, { recursive: true, force: true });
  }
};

/**
 * Rehearses the conformance suite: on a bus of its own, in this process and on loopback, against the adapter that the command starts or its
 * integrator does. Nothing of it reaches the real bus, and the adapter's real identity and journal are not used.
 */
const rehearse = async (plan: Plan, say: (text: string) => void): Promise<End> => {
  const { agency, documentType, schema, run } = plan;
  const folder = await mkdtemp(join(tmpdir(), 'wasl-conform-'));
  const rehearsal = await openRehearsal({ agency, documentType, schema, log: silentLogger });
  let adapter: AdapterProcess | undefined;
  try {
    const identity = join(folder, 'identity');
    await rehearsal.writeIdentity(identity);
    const env = {
      WASL_IDENTITY: identity,
      WASL_GATEWAYS: rehearsal.address,
      WASL_JOURNAL: join(folder, 'journal'),
      WASL_OPS_LISTEN: '127.0.0.1:0',
    };
    say(`A rehearsal of ${documentType}, on a bus of its own at ${rehearsal.address}.`);
    if (run === undefined) say(byHand(env));
    else adapter = startAdapter(run, env, join(folder, 'adapter.log'));
    const started = adapter;
    const hands = started === undefined ? plan.hands : { ...plan.hands, terminate: () => started.terminate() };
    let attached = false;
    const results = await runSuite({
      ground: rehearsal.ground,
      wire: rehearsal.wire,
      subjects: plan.subjects,
      hands,
      patienceMs: run === undefined ? ATTACH_MS.byHand : ATTACH_MS.run,
      ...(started === undefined ? {} : { ended: started.exited }),
      ...(plan.only === undefined ? {} : { only: plan.only }),
      onResult: (result) => {
        attached ||= result.check === 'attaches' && result.verdict === 'passed';
        // Of what could not be tried at all the first line says enough.
        if (attached || result.check === 'attaches') say(wordsOf(result));
      },
    });
    const end = endOf(results, { rehearsal: true, agency, documentType }, NEXT);
    return started === undefined || attached
      ? end
      : { ...end, text: `${end.text}\nThe last that the adapter wrote:\n${await started.said()}` };
  } finally {
    await adapter?.stop();
    await rehearsal.stop();
    await rm(folder, { recursive: true, force: true });
  }
};

const NEXT = [
  'The adapter conforms, in rehearsal. Next: the run that counts, through the bus: wasl conform --for-record',
  'المحوِّل مطابق في التجربة. الخطوة التالية: الفحص المعتمد عبر الناقل: wasl conform --for-record',
];

const byHand = (env: Readonly<Record<string, string>>): string =>
  [
    'Start the adapter in another terminal with these settings; the suite waits for it:',
    'شغّل المحوِّل في نافذة أخرى بهذه الإعدادات، والفحص بانتظاره:',
    `  ${Object.entries(env)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ')} npm start`,
  ].join('\n');
