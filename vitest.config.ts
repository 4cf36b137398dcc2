import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    pool: 'forks',
    // A test ends when its condition holds; this only stops one that would hang for ever.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: { name: 'project', include: ['test/**/*.test.ts'], exclude: ['test/kubernetes/**'] },
      },
      {
        extends: true,
        test: {
          name: 'kubernetes',
          include: ['test/kubernetes/api/**/*.test.ts'],
          globalSetup: ['test/kubernetes/harness/shared-control-plane.ts'],
          // One file after the other: an operator of one test works on every namespace, those of other tests too.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
