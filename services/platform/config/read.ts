import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { WaslError } from '../../kernel/codes.ts';
import { isObject } from '../../kernel/fields.ts';
import { type JsonValue, parseStrictJson } from '../../kernel/strict-json.ts';
import { environmentName, type Setting, type Settings, type Values } from './table.ts';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

type Parsed = string | number | boolean | readonly string[] | undefined;

const parseValue = (setting: Setting, raw: JsonValue): Parsed => {
  switch (setting.type) {
    case 'integer': {
      const value = typeof raw === 'string' && raw !== '' ? Number(raw) : raw;
      return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
    }
    case 'duration-ms': {
      if (typeof raw === 'number') return Number.isSafeInteger(raw) && raw >= 0 ? raw : undefined;
      const match = /^(\d+)(ms|s|m|h)?$/.exec(typeof raw === 'string' ? raw : '');
      return match === null ? undefined : Number(match[1]) * (UNITS[match[2] ?? 'ms'] ?? 1);
    }
    case 'flag':
      return raw === true || raw === 'true' ? true : raw === false || raw === 'false' ? false : undefined;
    case 'list': {
      const items = typeof raw === 'string' ? raw.split(',') : raw;
      const texts = Array.isArray(items) ? items.filter((item) => typeof item === 'string' && item !== '') : [];
      return Array.isArray(items) && texts.length === items.length && texts.length > 0 ? texts : undefined;
    }
    case 'one-of':
      return typeof raw === 'string' && setting.values.includes(raw) ? raw : undefined;
    case 'address':
      return typeof raw === 'string' && /^[^\s:]+:\d{1,5}$/.test(raw) ? raw : undefined;
    default:
      return typeof raw === 'string' && raw !== '' ? raw : undefined;
  }
};

const readFileSettings = async (file: string): Promise<Readonly<Record<string, JsonValue>>> => {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new WaslError('config-invalid', { what: `${file} cannot be read` }, { cause });
  });
  const value = parseStrictJson(text);
  if (!isObject(value)) throw new WaslError('config-invalid', { what: `${file} is not a JSON object` });
  return value;
};

/** Where settings stand: a JSON file (camelCase names; paths relative to it) and the environment, which wins. */
export interface SettingsFrom {
  readonly file?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Reads a table's settings. Everything wrong is said at once: `config-invalid` names each unknown, missing and unreadable setting, and no value. */
export const readSettings = async <const T extends Settings>(
  table: T,
  { file, env }: SettingsFrom,
): Promise<Values<T>> => {
  const fromFile = file === undefined ? {} : await readFileSettings(file);
  const problems: string[] = [];
  const known = new Map(Object.entries(table).map(([name, setting]) => [environmentName(name, setting), name]));
  for (const name of Object.keys(env))
    if (name.startsWith('WASL_') && !known.has(name)) problems.push(`${name} is unknown`);
  for (const name of Object.keys(fromFile)) if (!Object.hasOwn(table, name)) problems.push(`${name} is unknown`);

  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(table)) {
    const given = env[environmentName(name, setting)];
    const raw = given ?? fromFile[name];
    if (raw === undefined) {
      if (setting.default !== undefined) values[name] = setting.default;
      else if (setting.optional !== true) problems.push(`${name} is missing`);
      continue;
    }
    const value = parseValue(setting, raw);
    if (value === undefined) {
      problems.push(`${name} is not of type ${setting.type}`);
      continue;
    }
    const path = setting.type === 'path' || setting.type === 'secret';
    const relative = path && given === undefined && file !== undefined && !isAbsolute(String(value));
    const resolved = relative ? join(dirname(file), String(value)) : value;
    if (setting.type !== 'secret') values[name] = resolved;
    else {
      const secret = await readFile(String(resolved), 'utf8').catch(() => undefined);
      if (secret === undefined) problems.push(`the file of ${name} cannot be read`);
      else values[name] = secret.trim();
    }
  }
  if (problems.length > 0) throw new WaslError('config-invalid', { what: problems.join('; ') });
  return values as Values<T>;
};

/** The values as a process may print them at its start. */
export const maskSettings = (table: Settings, values: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, table[name]?.type === 'secret' ? '(secret)' : value]),
  );
