import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';

/** One record is far shorter; a quote that is never closed ends here rather than at the end of the file. */
const MAX_RECORD = 8_192;

/**
 * Reads CSV (RFC 4180) as records of text. Throws a RangeError that says what is wrong, and nothing of the content: a quote left open, a
 * record of another length than the first, a record too long.
 */
export async function* readCsv(text: AsyncIterable<string>): AsyncGenerator<readonly string[]> {
  const parser = parse({ max_record_size: MAX_RECORD, record_delimiter: ['\r\n', '\n'] });
  const fed = pipeline(text, parser).catch(() => undefined);
  try {
    yield* parser as AsyncIterable<readonly string[]>;
  } catch (error) {
    // The library's messages repeat cells, which are somebody's data.
    throw error instanceof CsvError ? new RangeError(`the table is not readable: ${error.code}`) : error;
  } finally {
    parser.destroy();
    await fed;
  }
}
