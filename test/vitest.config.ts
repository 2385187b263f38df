import { defineConfig } from 'vitest/config';
import { LongestFirst } from './support/longest-first.ts';

export default defineConfig({
  test: {
    include: ['services/**/*.test.ts', 'adapters/**/*.test.ts', 'test/**/*.test.ts'],
    // Tests of the projects that `wasl new adapter` writes run in those, on Node's own runner (test/e2e/new-adapter).
    exclude: ['**/node_modules/**', 'adapters/scaffold/**'],
    globalSetup: ['test/support/built.ts'],
    // One more than two cores: most of the long files wait half of their time for processes of their own.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    // Files that follow each other in a process share what it has loaded, and its throw-away database server.
    isolate: false,
    // Machines are noisy: a time-out here finds what hangs, not what is slow.
    testTimeout: 30_000,
    hookTimeout: 120_000,
  },
});
