import { existsSync } from 'node:fs';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Test files of some ten seconds and more, the longest first. What is long and begins late, everybody waits for. */
const LONG = [
  'test/fault/certificates.test.ts',
  'test/e2e/up.test.ts',
  'test/fault/death-embedded.test.ts',
  'test/fault/death-kafka.test.ts',
  'services/conformance/edge/suite.test.ts',
  'test/e2e/integrator.test.ts',
  'test/bench/bench.test.ts',
  'test/fault/slow-link.test.ts',
  'test/fault/slow-crowd.test.ts',
  'test/e2e/ministries.test.ts',
  'test/contract/bus-kafka.test.ts',
  'test/e2e/agreement.test.ts',
  'test/fault/full-slow-kafka.test.ts',
  'test/fault/slow-sizes.test.ts',
  'test/contract/journal-table.test.ts',
  'test/e2e/agent.test.ts',
  'test/fault/key-changes.test.ts',
  'test/fault/registry-load.test.ts',
  'test/e2e/conform.test.ts',
  'test/fault/full-slow-embedded.test.ts',
  'test/fault/hostile-evidence.test.ts',
  'test/fault/hostile-provider.test.ts',
  'test/contract/exchange-kafka.test.ts',
  'test/e2e/new-adapter.test.ts',
  'test/e2e/kit-package.test.ts',
];

const gone = LONG.filter((file) => !existsSync(file));
if (gone.length > 0) throw new Error(`no such test files: ${gone.join(', ')}`);

/** Begins with the long files, also in a clone that has run nothing yet. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = LONG.findIndex((file) => moduleId.endsWith(file));
      return at === -1 ? LONG.length : at;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}
