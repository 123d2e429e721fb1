import { expect, test } from "vitest"

interface Results {
  readonly testResults: readonly {
    readonly status: "passed" | "failed"
    readonly assertionResults: readonly { readonly status: "passed" | "failed" | "pending" }[]
  }[]
}
type Count = (results: Results | null, exitCode: number) => { passed: number; failed: number }

const module = (await import(new URL("../../tools/tests.mjs", import.meta.url).href)) as { readonly count: Count }
const { count } = module

const passed = { status: "passed" } as const
const failed = { status: "failed" } as const
const good = { status: "passed", assertionResults: [passed, passed] } as const

test("passed and failed tests are counted one by one", () => {
  const mixed = { status: "failed", assertionResults: [passed, failed, failed] } as const
  expect(count({ testResults: [good, mixed] }, 1)).toEqual({ passed: 3, failed: 2 })
  expect(count({ testResults: [good] }, 0)).toEqual({ passed: 2, failed: 0 })
})

test("a file that can't be loaded, or whose hook failed, counts as a failure though no test of it failed", () => {
  const unloadable = { status: "failed", assertionResults: [] } as const
  const brokenHook = { status: "failed", assertionResults: [passed, { status: "pending" }] } as const
  expect(count({ testResults: [good, unloadable, brokenHook] }, 1)).toEqual({ passed: 3, failed: 2 })
})

test("an unhandled error or a killed worker shows in nothing but the exit code, and counts", () => {
  expect(count({ testResults: [good] }, 1)).toEqual({ passed: 2, failed: 1 })
})

test("a run in which nothing ran is no success", () => {
  expect(count({ testResults: [] }, 0)).toEqual({ passed: 0, failed: 1 })
  expect(count(null, 0)).toEqual({ passed: 0, failed: 1 })
})
