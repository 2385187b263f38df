import { SourceUnavailable } from 'wasl-kit';
import { openPool } from 'wasl-kit/postgres';
import type { Entry, Source } from '../entry.ts';

const ANSWER_WITHIN_MS = 5_000;
const RETRY_MS = 5_000;

// Dates as text: a register's day is no instant, and must not move with the time zone.
const FIND = `select national_number as "nationalNumber", name_ar as "nameAr", name_en as "nameEn", entry_number as "entryNumber",
    to_char(registered_on, 'YYYY-MM-DD') as "registeredOn", status, governorate
  from sample_register.entries where national_number = $1 limit 2`;

/** The register as a table in PostgreSQL. */
export const openSource = ({ registerDatabase }: { readonly registerDatabase: string }): Source => {
  const pool = openPool(registerDatabase, {
    max: 8,
    applicationName: 'my-adapter',
    connectTimeoutMs: ANSWER_WITHIN_MS,
    queryTimeoutMs: ANSWER_WITHIN_MS,
  });
  return {
    find: async (nationalNumber, signal) => {
      const asOf = new Date().toISOString();
      const { rows } = await pool.query<Entry>(FIND, [nationalNumber]).catch((error: unknown) => {
        throw isAway(error) ? new SourceUnavailable(RETRY_MS, { cause: error }) : error;
      });
      signal.throwIfAborted();
      return { entries: rows, asOf };
    },
    ping: async () => {
      await pool.query('select 1');
    },
    close: () => pool.end(),
  };
};

/** Without an SQLSTATE nothing answered; classes 08, 53 and 57 pass by themselves. Anything else is a mistake that somebody has to mend. */
const isAway = (error: unknown): boolean => {
  const { code } = error as { readonly code?: unknown };
  return typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code) || /^(08|53|57)/.test(code);
};
