import { readFileSync } from "node:fs"
import { expect, test } from "vitest"

const tools = new URL("../../tools/", import.meta.url)
const { sumOf } = (await import(new URL("setup/temporal-download.mjs", tools).href)) as {
  readonly sumOf: (list: string, name: string) => string
}
const { version } = (await import(new URL("setup/temporal.mjs", tools).href)) as { readonly version: string }

test("what is downloaded, what is built and what the stack looks for is one version", () => {
  const module = readFileSync(new URL("temporal/go.mod", tools), "utf8")
  expect(/github\.com\/temporalio\/cli v(\S+)/.exec(module)?.[1]).toBe(version)
  const stack = readFileSync(new URL("../src/stack/toolchain.ts", tools), "utf8")
  expect(/temporalVersion = "(\S+)"/.exec(stack)?.[1]).toBe(version)
})

test("the checksum is that of exactly this file", () => {
  const list = "aaa  temporal_cli_1.8.2_linux_arm64.tar.gz\nbbb  temporal_cli_1.8.2_linux_amd64.tar.gz\n"
  expect(sumOf(list, "temporal_cli_1.8.2_linux_amd64.tar.gz")).toBe("bbb")
  expect(() => sumOf(list, "cli_1.8.2_linux_amd64.tar.gz")).toThrow("don't name")
  expect(() => sumOf(list, "temporal_cli_1.8.2_linux_amd64")).toThrow("don't name")
})
