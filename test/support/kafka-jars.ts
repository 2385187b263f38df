import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const VERSION = process.env.WASL_KAFKA_VERSION ?? '4.1.0';
const CACHE = join(homedir(), '.cache', 'wasl');

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>wasl</groupId><artifactId>kafka-for-tests</artifactId><version>1</version>
<dependencies><dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${VERSION}</version></dependency></dependencies></project>`;

/** The folder of Apache Kafka's jars from Maven Central, fetched once a machine. A refusal is `BLOCKED`, never a skip. */
export const kafkaJars = async (): Promise<string> => {
  const folder = join(CACHE, `kafka-${VERSION}`);
  if (existsSync(folder)) return folder;
  const work = await mkdtemp(join(tmpdir(), 'wasl-kafka-jars-'));
  await writeFile(join(work, 'pom.xml'), POM);
  try {
    const args = [
      '-q',
      '-B',
      '-f',
      join(work, 'pom.xml'),
      'dependency:copy-dependencies',
      `-DoutputDirectory=${work}/lib`,
    ];
    await promisify(execFile)('mvn', args, { timeout: 300_000 });
  } catch (cause) {
    throw new Error(`BLOCKED: Apache Kafka ${VERSION} cannot be fetched from Maven Central`, { cause });
  }
  await mkdir(CACHE, { recursive: true });
  // Two test files may fetch at once: whoever comes second uses what the first has put there.
  await rename(join(work, 'lib'), folder).catch(() => undefined);
  await rm(work, { recursive: true, force: true });
  return folder;
};

/**
 * What a Java machine has read and checked of a broker's classes (class data sharing), written by `run` once a machine: with it a broker starts
 * in a third of the time. One that does not fit the Java machine is passed over by it.
 */
export const kafkaClasses = async (run: (writeTo: string) => Promise<void>): Promise<string> => {
  const file = join(CACHE, `kafka-${VERSION}.jsa`);
  if (existsSync(file)) return file;
  const written = `${file}.${process.pid}`;
  await run(written);
  await rename(written, file);
  return file;
};
