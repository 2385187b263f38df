import { DEMO_CITIZENS } from '../../../adapters/population/index.ts';
import { WaslError } from '../../kernel/codes.ts';
import { askAs, askedJson } from '../ask.ts';
import { CIVIL_STATUS, TRANSPORT } from '../development/agencies.ts';
import { dataFlag, type Layout, layoutOf } from '../development/layout.ts';
import type { End } from '../end.ts';
import { collectWith, narrate } from '../narrate.ts';
import { bringUp } from '../up/up.ts';

export interface UpFlags {
  readonly data: string;
  readonly kafka?: readonly string[];
  readonly once: boolean;
  readonly without?: readonly string[];
}

export interface UpIo {
  /** Progress for a person. */
  readonly say: (text: string) => void;
  /** Told once everything is up and the first document is there. */
  readonly show: (end: End) => void;
  /** Resolves when the user wants it to end. */
  readonly stopped: Promise<void>;
}

const EXCHANGE = {
  requester: TRANSPORT.id,
  provider: CIVIL_STATUS.id,
  documentType: 'civil-status.personal-extract',
  purpose: 'issue-driving-licence',
  subject: DEMO_CITIZENS.oneCar.nationalNumber,
};

/** Brings everything up, makes the first exchange and shows it, and stays until it is told to stop. */
export const up = async ({ data, kafka, once, without = [] }: UpFlags, io: UpIo): Promise<void> => {
  const layout = layoutOf(data);
  const started = performance.now();
  const interrupt = new AbortController();
  void io.stopped.then(() => interrupt.abort());
  const { signal } = interrupt;
  const bringing = bringUp(layout, { say: io.say, signal, without, ...(kafka === undefined ? {} : { kafka }) });
  const running = await bringing.catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  if (running === undefined) return io.say('everything has stopped');
  try {
    if (signal.aborted) return;
    const { gateway, processes } = running;
    const first = without.includes(EXCHANGE.provider) ? LEFT_OUT : await firstExchange(layout, data, gateway, started);
    io.show({
      kind: first.kind,
      json: { ...first.json, gateway, processes },
      text: [first.text, ...(once ? [] : [tryNext(data)])].join('\n'),
    });
    if (!once) await io.stopped;
  } finally {
    io.say('stopping');
    await running.stop();
    io.say('everything has stopped');
  }
};

const LEFT_OUT: End = {
  kind: 'delivered',
  json: {},
  text: [
    `No first exchange: ${EXCHANGE.provider} is left out.`,
    `لا تبادل أول، فقد استُبعد محوّل ${EXCHANGE.provider}.`,
  ].join('\n'),
};

const firstExchange = async (layout: Layout, data: string, gateway: string, startedMs: number): Promise<End> => {
  const { requester, provider: from, documentType, purpose, subject } = EXCHANGE;
  const asked = await askAs({
    identity: layout.agency(requester),
    journal: layout.journal(requester, 'requests'),
    gateway,
    ask: { subject, from, documentType, purpose, caseReference: 'DEMO-1', officer: 'demo-officer' },
  });
  const { outcome, copy, tookMs, verified } = asked;
  if (copy === undefined) throw new WaslError('registry-unavailable');
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  return {
    kind: outcome.outcome,
    json: askedJson(asked),
    text: [
      await narrate(outcome, copy, { ...EXCHANGE, collect: collectWith(requester, data), verified }),
      `From start to document ${seconds} s; the exchange itself ${Math.round(tookMs)} ms.`,
    ].join('\n'),
  };
};

const tryNext = (data: string): string => {
  const flag = dataFlag(data);
  const citizens = Object.values(DEMO_CITIZENS).map(
    ({ nationalNumber, shows }) => `  ${nationalNumber}  ${shows.en} · ${shows.ar}`,
  );
  return [
    '',
    'It stays up; Ctrl-C stops it. Next, in another terminal:',
    'يبقى النظام عاملًا، ويوقفه Ctrl-C. جرّب في نافذة أخرى:',
    `  npx wasl request${flag} --as civil-status --from transport --document transport.vehicle-registration --purpose estate-inventory --subject ${DEMO_CITIZENS.deceased.nationalNumber}`,
    `  npx wasl request${flag} --as transport --from civil-status --document civil-status.personal-extract --purpose curiosity --subject ${DEMO_CITIZENS.oneCar.nationalNumber}`,
    `  npx wasl request${flag} --as education --from health --document health.vaccination-record --purpose enrol-pupil --subject ${DEMO_CITIZENS.child.nationalNumber}`,
    `  npx wasl trace${flag} REQUEST-ID`,
    `  npx wasl status${flag}`,
    `  npx wasl catalog${flag} --as education`,
    'Invented citizens · مواطنون غير حقيقيين:',
    ...citizens,
  ].join('\n');
};
