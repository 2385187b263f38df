interface Base {
  readonly sentence: string;
  /** Unit of a number. */
  readonly unit?: string;
}
/** One setting. Without `default` it must be given, unless it is `optional`. A `secret` is a path to a file that holds it. */
export type Setting = Base &
  (
    | { readonly type: 'text' | 'address' | 'path' | 'secret'; readonly default?: string; readonly optional?: true }
    | { readonly type: 'integer' | 'duration-ms'; readonly default?: number; readonly optional?: true }
    | { readonly type: 'list'; readonly default?: readonly string[]; readonly optional?: true }
    | { readonly type: 'flag'; readonly default: boolean; readonly optional?: true }
    | {
        readonly type: 'one-of';
        readonly values: readonly string[];
        readonly default?: string;
        readonly optional?: true;
      }
  );

/** A process' settings by name. In the environment `drainGrace` is `WASL_DRAIN_GRACE`, and a secret `x` is `WASL_X_FILE`. */
export type Settings = Readonly<Record<string, Setting>>;

type ValueOf<S extends Setting> = S extends { readonly type: 'integer' | 'duration-ms' }
  ? number
  : S extends { readonly type: 'list' }
    ? readonly string[]
    : S extends { readonly type: 'flag' }
      ? boolean
      : S extends { readonly type: 'one-of'; readonly values: readonly (infer V)[] }
        ? V
        : string;

type OptionalNames<T extends Settings> = {
  [K in keyof T]: T[K] extends { readonly optional: true } ? K : never;
}[keyof T];

/** What reading a table gives: optional settings that nobody gave are absent. */
export type Values<T extends Settings> = { readonly [K in Exclude<keyof T, OptionalNames<T>>]: ValueOf<T[K]> } & {
  readonly [K in OptionalNames<T>]?: ValueOf<T[K]>;
};

export const defineSettings = <const T extends Settings>(table: T): T => table;

export const environmentName = (name: string, { type }: Setting): string =>
  `WASL_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}${type === 'secret' ? '_FILE' : ''}`;

export type Rows = readonly {
  readonly name: string;
  readonly environment: string;
  readonly type: string;
  readonly default: string;
  readonly unit: string;
  readonly sentence: string;
}[];

/** The table as `wasl config` prints it. */
export const describeSettings = (table: Settings): Rows =>
  Object.entries(table).map(([name, setting]) => ({
    name,
    environment: environmentName(name, setting),
    type: setting.type === 'one-of' ? setting.values.join(' | ') : setting.type,
    default:
      setting.default === undefined ? (setting.optional === true ? 'none' : 'required') : String(setting.default),
    unit: setting.unit ?? (setting.type === 'duration-ms' ? 'ms' : ''),
    sentence: setting.sentence,
  }));
