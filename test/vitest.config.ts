import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['services/**/*.test.ts', 'adapters/**/*.test.ts', 'test/**/*.test.ts'],
    // Tests of the projects that `wasl new adapter` writes run in those, on Node's own runner (test/e2e/new-adapter).
    exclude: ['**/node_modules/**', 'adapters/scaffold/**'],
    globalSetup: ['test/support/built.ts'],
    // Two cores, and some files run servers of their own.
    maxWorkers: 2,
    // Files that follow each other in a process share what it has loaded, and its throw-away database server.
    isolate: false,
    // Machines are noisy: a time-out here finds what hangs, not what is slow.
    testTimeout: 30_000,
    hookTimeout: 120_000,
  },
});
