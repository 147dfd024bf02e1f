import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    // A frame, a fold, a page: real parts take real seconds on two busy cores.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Also where there are two cores only: many tests wait for a process, a disk or a timer of their own.
    maxWorkers: "100%",
    reporters: ["default", ["json", { outputFile: "tests/output/report.json" }]],
  },
})
