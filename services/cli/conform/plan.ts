import { dirname, resolve } from 'node:path';
import { CHECK_IDS, type CheckId } from '../../conformance/domain/checks.ts';
import type { Hands, Subjects } from '../../conformance/edge/ground.ts';
import { WaslError } from '../../kernel/codes.ts';
import { readFields } from '../../kernel/fields.ts';
import { type AgencyId, type DocumentType, parseAgencyId, parseDocumentType, providerOf } from '../../kernel/ids.ts';
import type { JsonObject } from '../../kernel/strict-json.ts';
import { isThere, jsonIn } from '../files.ts';
import { readSubject } from '../subject.ts';
import { shell } from './process.ts';

/** What may be typed; what is not stands in `conformance.json` of the current folder. */
export interface PlanFlags {
  readonly document?: string;
  readonly schema?: string;
  readonly subject?: string;
  readonly unknownSubject?: string;
  readonly malformedSubject?: string;
  readonly run?: string;
  readonly sourceDown?: string;
  readonly sourceUp?: string;
  readonly check: readonly string[];
}

export interface Plan {
  readonly agency: AgencyId;
  readonly documentType: DocumentType;
  readonly schema: JsonObject;
  readonly subjects: Subjects;
  /** Starts the adapter; absent when its integrator does. */
  readonly run?: string;
  readonly hands: Hands;
  readonly only?: readonly CheckId[];
}

const FILE = 'conformance.json';
const NAMES = [
  'document',
  'schema',
  'subject',
  'unknownSubject',
  'malformedSubject',
  'run',
  'sourceDown',
  'sourceUp',
] as const;
type Name = (typeof NAMES)[number];
const NAME_IN_FILE: Readonly<Record<Name, string>> = {
  ...(Object.fromEntries(NAMES.map((name) => [name, name])) as Record<Name, string>),
  document: 'documentType',
};

const usage = (what: string): WaslError => new WaslError('bad-usage', { what });

const readPlanFile = async (path: string): Promise<Partial<Record<Name, string>>> => {
  if (!(await isThere(path))) return {};
  const f = readFields(await jsonIn(path), FILE);
  const said: Partial<Record<Name, string>> = {};
  for (const name of NAMES) {
    const value = f.optionalText(NAME_IN_FILE[name]);
    if (value !== undefined) said[name] = value;
  }
  f.done();
  return said;
};

/** Reads what to check and how. Errors: `bad-usage` names what is missing, or the file that cannot be read; `malformed-message` an unknown member of the file. */
export const readPlan = async (flags: PlanFlags): Promise<Plan> => {
  const file = resolve(FILE);
  const said: Partial<Record<Name, string>> = { ...(await readPlanFile(file)) };
  const schemaFrom = flags.schema === undefined ? dirname(file) : process.cwd();
  for (const name of NAMES) {
    const typed = flags[name];
    if (typed !== undefined) said[name] = typed;
  }
  const needed = (name: Name): string => {
    const value = said[name];
    if (value !== undefined) return value;
    const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw usage(`--${flag} is needed, or ${NAME_IN_FILE[name]} in ${FILE}`);
  };
  const documentType = parseDocumentType(needed('document'));
  const schema = await jsonIn(resolve(schemaFrom, needed('schema')));
  const known = readSubject(needed('subject'), schema);
  const unknown = readSubject(needed('unknownSubject'), schema);
  const { run, malformedSubject, sourceDown, sourceUp } = said;
  const malformed =
    malformedSubject === undefined ? {} : { malformed: { scheme: known.scheme, value: malformedSubject } };
  const only = flags.check.map((id) => {
    const check = CHECK_IDS.find((one) => one === id);
    if (check === undefined) throw usage(`there is no check ${id}; there are ${CHECK_IDS.join(', ')}`);
    return check;
  });
  return {
    agency: parseAgencyId(providerOf(documentType)),
    documentType,
    schema,
    subjects: { known, unknown, ...malformed },
    hands: {
      ...(sourceDown === undefined ? {} : { sourceDown: () => shell(sourceDown) }),
      ...(sourceUp === undefined ? {} : { sourceUp: () => shell(sourceUp) }),
    },
    ...(run === undefined ? {} : { run }),
    ...(only.length === 0 ? {} : { only }),
  };
};
