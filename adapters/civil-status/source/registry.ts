import { openPool } from '../../kit/postgres.ts';
import type { BirthRow, FamilyRow, PersonalRow } from '../documents.ts';

/** What was read, and when the database read it (ISO 8601, UTC). */
export interface Reading<Row> {
  readonly rows: readonly Row[];
  readonly asOf: string;
}

/** The civil registry as the reader's role sees it: each question gives no row, one, or several. */
export interface CivilStatusSource {
  personal(nationalNumber: string): Promise<Reading<PersonalRow>>;
  family(nationalNumber: string): Promise<Reading<FamilyRow>>;
  birth(nationalNumber: string): Promise<Reading<BirthRow>>;
  /** Throws when the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** A question without an answer after this is given up, ms. */
const ANSWER_WITHIN_MS = 10_000;

/** Opens the registry read-only; `url` is the reader's. Connects on the first question. */
export function openCivilStatusSource(url: string, { max = 8 }: { readonly max?: number } = {}): CivilStatusSource {
  const pool = openPool(url, { max, queryTimeoutMs: ANSWER_WITHIN_MS });
  const ask = async <Row>(view: 'personal' | 'family' | 'birth', nationalNumber: string): Promise<Reading<Row>> => {
    const asOf = new Date().toISOString();
    const result = await pool.query({
      name: `extract-${view}`,
      text: `select * from extract.${view} where national_number = $1 limit 2`,
      values: [nationalNumber],
    });
    return { rows: result.rows as Row[], asOf };
  };
  return {
    personal: (nationalNumber) => ask('personal', nationalNumber),
    family: (nationalNumber) => ask('family', nationalNumber),
    birth: (nationalNumber) => ask('birth', nationalNumber),
    ping: async () => {
      await pool.query('select 1');
    },
    close: () => pool.end(),
  };
}
