import { join, resolve } from 'node:path';
import { Act, type RunRequest, type Subject } from '../../../proto/gen/wasl/conformance/v1/conformance.ts';
import { CHECK_IDS, type Result } from '../../conformance/domain/checks.ts';
import { PURPOSE } from '../../conformance/domain/terms.ts';
import { readAgreement } from '../../kernel/agreement.ts';
import { WaslError } from '../../kernel/codes.ts';
import { CONFORMANCE } from '../../kernel/ids.ts';
import { VERDICTS } from '../../kernel/readiness.ts';
import { loadTls, writePrivateFile } from '../../platform/crypto/index.ts';
import { readBusAddresses, readPins } from '../../platform/identity/index.ts';
import { connectConformance, connectGateway } from '../../platform/rpc/index.ts';
import { actingAs } from '../acting.ts';
import { agreementAccept } from '../commands/agreement-acts.ts';
import { certify } from '../commands/officer.ts';
import { officerFiles } from '../development/layout.ts';
import type { End } from '../end.ts';
import { isThere } from '../files.ts';
import { withRegistry } from '../member.ts';
import { agreementIn, findEntity, shownBy } from '../shown.ts';
import type { Plan } from './plan.ts';
import { endOf, wordsOf } from './words.ts';

export interface RecordFlags {
  /** Folder of the agency's identity. */
  readonly identity: string;
  /** Which of the agency's officers accepts the suite's agreement. */
  readonly officer: string;
  /** Who becomes that officer, when the agency has none of that name yet. */
  readonly person?: string;
  /** Where the report goes. */
  readonly report?: string;
  /** Digest of the adapter's build, as it is declared. */
  readonly build?: string;
}

/** The major that the suite is asked about. */
const VERSION = 1;
const ANNOUNCE_MS = 5_000;
const OFFICER_MS = 365 * 86_400_000;

/** Has the agency's attached adapter checked through the bus, and keeps the signed report. */
export const conformForRecord = async (plan: Plan, flags: RecordFlags, say: (text: string) => void): Promise<End> => {
  const { identity, officer } = flags;
  const { agency, trustDomain } = await readPins(identity);
  if (agency !== plan.agency) {
    throw new WaslError('bad-usage', { what: `${identity} is not the identity of ${plan.agency}` });
  }
  await schemaIsPublished(plan, identity);
  await officerIsThere(flags);
  const tls = await loadTls(identity);
  const address = await suiteAmong(identity, tls, trustDomain);
  const connection = connectConformance({ address, tls, trustDomain });
  const stream = connection.run();
  const send = (message: NonNullable<RunRequest['message']>): Promise<void> => stream.write({ message });
  const done = (): Promise<void> => send({ $case: 'done', value: {} });
  const results: Result[] = [];
  try {
    say(`The run that counts, of ${plan.documentType}, by the suite at ${address}.`);
    await send({ $case: 'start', value: startOf(plan, flags) });
    for await (const { message } of stream.incoming) {
      switch (message?.$case) {
        case 'drafted':
          await accept(plan, flags, message.value);
          say(`✓ ${officer} of ${agency} has accepted the suite’s agreement ${message.value}`);
          await done();
          break;
        case 'act':
          await act(plan, message.value);
          await done();
          break;
        case 'result': {
          const { check, verdict, whatEn, whatAr } = message.value;
          const id = CHECK_IDS.find((one) => one === check);
          const ended = VERDICTS.find((one) => one === verdict);
          if (id === undefined || ended === undefined) throw new WaslError('malformed-message', { what: 'run.result' });
          const what = whatEn === '' ? {} : { what: { en: whatEn, ar: whatAr } };
          const result: Result = { check: id, verdict: ended, ...what };
          results.push(result);
          say(wordsOf(result));
          break;
        }
        case 'report': {
          const file = resolve(flags.report ?? `${agency}-readiness.jws`);
          await writePrivateFile(file, `${message.value}\n`);
          stream.end();
          return endOf(results, { rehearsal: false, agency, documentType: plan.documentType, report: file }, [
            `The readiness report is ${file}. Next move: the authority, by  wasl agency activate ${agency} --report ${file}`,
            `تقرير الجاهزية في الملف \u2068${file}\u2069. الإجراء التالي على: السلطة لتفعيل الجهة بالأمر أعلاه.`,
          ]);
        }
      }
    }
    throw new WaslError('gateway-unreachable');
  } finally {
    connection.close();
  }
};

/** Said before anybody becomes an officer for it. */
const schemaIsPublished = ({ documentType }: Plan, identity: string): Promise<void> =>
  withRegistry(identity, async (registry) => {
    const { entities } = await shownBy(registry);
    const held = findEntity(entities, 'document-type', ({ id, version }) => id === documentType && version === VERSION);
    if (held === undefined) throw new WaslError('schema-not-published', { documentType });
  });

const officerIsThere = async ({ identity, officer, person }: RecordFlags): Promise<void> => {
  if (await isThere(officerFiles(identity, officer).key)) return;
  if (person === undefined) {
    throw new WaslError('bad-usage', {
      what: `an officer of the agency must accept the suite’s agreement, and there is no ${officer} yet; --person STAFF-NUMBER makes one, as wasl officer certify does`,
    });
  }
  await certify(officer, { as: identity, person, validMs: OFFICER_MS });
};

/** The suite is the gateway of that name among those that the agency was told of. */
const suiteAmong = async (
  identity: string,
  tls: Awaited<ReturnType<typeof loadTls>>,
  trustDomain: string,
): Promise<string> => {
  const { gateways } = await readBusAddresses(identity);
  for (const address of gateways) {
    const connection = connectGateway({ address, tls, trustDomain });
    const announced = await connection.announce({ timeoutMs: ANNOUNCE_MS }).catch(() => undefined);
    connection.close();
    if (String(announced?.gateway) === CONFORMANCE) return address;
  }
  throw new WaslError('bad-usage', {
    what: `none of the gateways in ${join(identity, 'bus.json')} is the conformance suite, or it does not answer`,
  });
};

/** Accepts what is the suite's agreement and nothing else; the command holds every pin against what this agency knows itself. */
const accept = async ({ documentType }: Plan, { identity, officer }: RecordFlags, id: string): Promise<void> => {
  await actingAs(identity, officer, async ({ entities, issuer }) => {
    const terms = readAgreement(agreementIn(entities, id).signed);
    const ours =
      terms.requester === CONFORMANCE &&
      terms.provider === issuer &&
      terms.documentType === documentType &&
      terms.purposes.every(({ purpose }) => purpose === PURPOSE);
    if (!ours) throw new WaslError('agreement-unknown', { agreement: id });
    return agreementAccept(id, { as: identity, officer });
  });
};

const act = async ({ hands }: Plan, what: Act): Promise<void> => {
  if (what === Act.ACT_SOURCE_DOWN) await hands.sourceDown?.();
  else if (what === Act.ACT_SOURCE_UP) await hands.sourceUp?.();
  else if (what === Act.ACT_TERMINATE) await hands.terminate?.();
};

const startOf = ({ documentType, subjects, hands }: Plan, { build = '' }: RecordFlags) => {
  const can = [
    ...(hands.sourceDown === undefined ? [] : [Act.ACT_SOURCE_DOWN]),
    ...(hands.sourceUp === undefined ? [] : [Act.ACT_SOURCE_UP]),
    ...(hands.terminate === undefined ? [] : [Act.ACT_TERMINATE]),
  ];
  const wire = (subject: Subject): Subject => ({ ...subject });
  return {
    documentType,
    documentVersion: VERSION,
    known: wire(subjects.known),
    unknown: wire(subjects.unknown),
    malformed: subjects.malformed,
    can,
    build,
  };
};
