import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 2,
    globalSetup: ["test/harness/global-setup.ts"],
    setupFiles: ["test/harness/setup-file.ts"],
    // On a machine that is starved for a moment a real server answers late. What passes only the second time is shown as
    // retried: a cause to look for, not to get used to.
    retry: 1,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
  },
})
