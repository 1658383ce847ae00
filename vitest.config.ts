import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: [
      'src/**/*.test.ts',
      'src/**/*.fuzz.ts',
      'test/**/*.test.ts',
      'test/e2e/**/*.e2e.ts',
      'web/src/**/*.test.{ts,tsx}',
    ],
    globalSetup: 'test/shared-postgres.ts',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
})
