import { basename } from "node:path"
import { describe, expect, test } from "vitest"
import { projectFiles } from "./files.ts"
import { breaches } from "./floors.ts"
import { codeOf, importsOf, resolveImport } from "./source-file.ts"

const sources = projectFiles(/^(src|workflows|activities)\/.*\.ts$/)
const all = projectFiles(/\.(ts|mjs)$/)

describe("the floors of the house", () => {
  test("hold in every file", () => {
    expect(sources.length).toBeGreaterThan(100)
    expect(breaches(sources)).toEqual([])
  })

  test("no file is longer than 300 lines", () => {
    const long = all.filter((file) => file.text.split("\n").length > 301).map((file) => file.path)
    // Tests of one thing stay together where they share what they start; code may not be longer.
    expect(long.filter((path) => !path.endsWith(".test.ts"))).toEqual([])
  })

  test("no file is a drawer for everything", () => {
    const drawers = /(^|[-_.])(util|utils|helper|helpers|common|shared|manager|misc)([-_.]|$)/i
    expect(all.map((file) => file.path).filter((path) => drawers.test(basename(path)))).toEqual([])
    expect(all.map((file) => file.path).filter((path) => /\/(utils?|helpers?|common|shared)\//.test(path))).toEqual([])
  })
})

describe("the guard finds", () => {
  const planted: Record<string, { path: string; text: string; others?: { path: string; text: string }[] }> = {
    "a file system in a pure room": { path: "src/planner/x.ts", text: `import { readFileSync } from "node:fs"` },
    "chance in a pure room": { path: "src/domain/x.ts", text: `import { randomUUID } from "node:crypto"` },
    "a clock in a pure room": { path: "src/catalog/x.ts", text: `export const now = (): number => Date.now()` },
    "a date without an argument": { path: "src/report/x.ts", text: `export const now = () => new Date()` },
    "the environment in a pure room": { path: "src/lint/x.ts", text: `export const home = process.env.HOME` },
    "a pure room that reaches up": { path: "src/catalog/x.ts", text: `import { a } from "../planner/compile.ts"` },
    "a type from above, too": { path: "src/domain/x.ts", text: `import type { A } from "../postgres/session.ts"` },
    "a way around by dots": { path: "src/sql/x.ts", text: `export { a } from "./../domain/../app/plan.ts"` },
    "a dynamic import": { path: "src/planner/x.ts", text: `const pg = await import("pg")` },
    "Temporal in an I/O room": { path: "src/execution/x.ts", text: `import { Context } from "@temporalio/activity"` },
    "an I/O room that calls app": { path: "src/ledger/x.ts", text: `import { plan } from "../app/plan.ts"` },
    "a driver in an activity": { path: "activities/x.ts", text: `import { Client } from "pg"` },
    "a workflow that plans": {
      path: "workflows/x.ts",
      text: `import { compilePlan } from "../src/planner/compile.ts"`,
    },
    "a workflow with values of activities": {
      path: "workflows/x.ts",
      text: `import { a } from "../activities/steps.ts"`,
    },
    "a type import that leaves something": {
      path: "workflows/x.ts",
      text: `import { type StepActivities } from "../activities/types.ts"`,
    },
    "a bare import": { path: "workflows/x.ts", text: `import "node:fs"` },
    "Node far below a workflow": {
      path: "workflows/x.ts",
      text: `import { a } from "../src/domain/a.ts"`,
      others: [
        { path: "src/domain/a.ts", text: `export * from "./b.ts"` },
        { path: "src/domain/b.ts", text: `import { createHash } from "node:crypto"` },
      ],
    },
    "a verb that queries": {
      path: "src/cli/commands/x.ts",
      text: `import { withSession } from "../../postgres/session.ts"`,
    },
    "a page that talks to Temporal": { path: "src/web/x.ts", text: `import { Client } from "@temporalio/client"` },
    "app that calls a verb": { path: "src/app/x.ts", text: `import { run } from "../cli/run.ts"` },
  }

  test.each(Object.entries(planted))("%s", (_, { others = [], ...file }) => {
    expect(breaches([file, ...others])).not.toEqual([])
  })

  test("nothing in what is allowed", () => {
    const innocent = [
      {
        path: "workflows/x.ts",
        text: `import type { A } from "../activities/types.ts"\nimport { b } from "../src/domain/b.ts"`,
      },
      { path: "src/domain/b.ts", text: `import type { C } from "./c.ts"\n// Date.now() is not called here` },
      {
        path: "src/domain/c.ts",
        text: `import { createHash } from "node:crypto"\nexport const text = "Math.random()"`,
      },
      { path: "src/postgres/x.ts", text: `import { Client } from "pg"\nconst now = Date.now()` },
    ]
    expect(breaches(innocent)).toEqual([])
  })

  test("imports over several lines, exports, and what they mean", () => {
    const text = `import {\n  a,\n  b,\n} from "./x.ts"\nexport type { C } from "../y.ts"\nimport "./z.js"\n`
    expect(importsOf(text).map(({ specifier, typeOnly, line }) => [specifier, typeOnly, line])).toEqual([
      ["./x.ts", false, 1],
      ["../y.ts", true, 5],
      ["./z.js", false, 6],
    ])
    expect(resolveImport("src/a/b.ts", "../c/./d.js")).toBe("src/c/d.ts")
    expect(codeOf(`a // b\n"c" d`)).toBe(`a     \n    d`)
  })
})
