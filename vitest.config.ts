import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // A test ends when its condition holds; this only stops one that would hang for ever.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
