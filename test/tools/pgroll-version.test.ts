import { readFileSync } from "node:fs"
import { expect, test } from "vitest"

const tools = new URL("../../tools/", import.meta.url)
const { version } = (await import(new URL("setup/pgroll.mjs", tools).href)) as { readonly version: string }

test("what is built, what is cached and what the page names is one version", () => {
  const module = readFileSync(new URL("../bench/peers/go.mod", tools), "utf8")
  expect(/github\.com\/xataio\/pgroll v(\S+)/.exec(module)?.[1]).toBe(version)
  expect(readFileSync(new URL("../bench/output/page.ts", tools), "utf8")).toContain(`pgroll is version ${version}`)
})
