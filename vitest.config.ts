import { defineConfig } from "vitest/config"

export default defineConfig({
  resolve: { conditions: ["@scalewise/source"] },
  ssr: { resolve: { conditions: ["@scalewise/source"] } },
  test: {
    include: ["extensions/*/src/**/*.test.ts", "packages/*/src/**/*.test.ts", "apps/*/src/**/*.test.ts", "tests/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000, // a backend that starts on a busy machine
    env: { TF_CPP_MIN_LOG_LEVEL: "2" },
  },
})
