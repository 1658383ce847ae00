import { defineConfig } from 'vitest/config'

/** Tests of what works with the database, through `test/databases.ts`: these run on SQLite and again on PostgreSQL. */
const ON_EACH_DATABASE = ['src/platform/**/*.test.ts', 'src/http/**/*.test.ts']

export default defineConfig({
  test: {
    globalSetup: 'test/shared-postgres.ts',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'SQLite',
          include: [
            'src/**/*.test.ts',
            'src/**/*.fuzz.ts',
            'test/**/*.test.ts',
            'test/e2e/**/*.e2e.ts',
            'web/src/**/*.test.{ts,tsx}',
          ],
        },
      },
      {
        extends: true,
        test: { name: 'PostgreSQL', include: ON_EACH_DATABASE, env: { TEST_DATABASE: 'PostgreSQL' } },
      },
    ],
  },
})
