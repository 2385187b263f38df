/** The columns of each table of an export, in their order; the first is always the national number. */
export const COLUMNS = {
  certificates: [
    'national_number',
    'name_ar',
    'name_en',
    'birth_date',
    'sex',
    'seat_number',
    'examination_year',
    'branch',
    'average',
    'result',
    'school_number',
    'school_ar',
    'school_en',
    'directorate_ar',
    'directorate_en',
    'certificate_number',
    'issued_on',
  ],
  enrolments: [
    'national_number',
    'name_ar',
    'name_en',
    'birth_date',
    'sex',
    'pupil_number',
    'school_year',
    'grade',
    'section',
    'school_number',
    'school_ar',
    'school_en',
    'directorate_ar',
    'directorate_en',
    'enrolled_on',
    'status',
  ],
} as const;

export type Table = keyof typeof COLUMNS;
export const TABLES = ['certificates', 'enrolments'] as const satisfies readonly Table[];

/** One row by column name; every cell is text, whatever it looks like. */
export type Row<T extends Table> = Readonly<Record<(typeof COLUMNS)[T][number], string>>;

/** An export's files are named by the second at which it was made, e.g. `20260101T020000Z`: its stamp. */
export const stampOf = (time: Date): string => `${time.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;

export const fileName = (stamp: string, table: Table): string => `${stamp}.${table}.csv`;
export const manifestName = (stamp: string): string => `${stamp}.manifest.json`;

/** What a manifest says of its export; written last, so that nothing is complete without it. */
export interface Manifest {
  /** ISO time, with milliseconds, in UTC. */
  readonly exportedAt: string;
  readonly tables: Readonly<Record<Table, { readonly file: string; readonly rows: number; readonly sha256: string }>>;
}
