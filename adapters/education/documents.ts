import type { Row } from './columns.ts';

/** `education.secondary-certificate` v1 from the export's row; `asOf` is when the export was made. */
export function secondaryCertificate(row: Row<'certificates'>, asOf: string) {
  return {
    ...person(row, asOf),
    seatNumber: row.seat_number,
    examinationYear: number(row.examination_year),
    branch: row.branch,
    average: number(row.average),
    result: row.result,
    ...school(row),
    certificateNumber: row.certificate_number,
    issuedOn: row.issued_on,
  };
}

/** `education.enrolment` v1 from the export's row. */
export function enrolment(row: Row<'enrolments'>, asOf: string) {
  return {
    ...person(row, asOf),
    pupilNumber: row.pupil_number,
    schoolYear: row.school_year,
    grade: number(row.grade),
    section: row.section,
    ...school(row),
    enrolledOn: row.enrolled_on,
    enrolmentStatus: row.status,
  };
}

type AnyRow = Row<'certificates'> | Row<'enrolments'>;

const person = (row: AnyRow, asOf: string) => ({
  asOf,
  nationalNumber: row.national_number,
  fullName: { ar: row.name_ar, en: row.name_en },
  birthDate: row.birth_date,
  sex: row.sex,
});

const school = (row: AnyRow) => ({
  schoolNumber: row.school_number,
  schoolName: { ar: row.school_ar, en: row.school_en },
  directorate: { ar: row.directorate_ar, en: row.directorate_en },
});

/** An empty cell is no zero, and `0x10` no number: such a cell stays text, and the document's schema refuses it. */
const number = (cell: string): number | string => (/^[0-9]{1,9}(\.[0-9]{1,6})?$/.test(cell) ? Number(cell) : cell);
