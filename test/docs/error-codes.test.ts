import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, test } from "vitest"
import { errorCodes } from "../../src/domain/error-codes.ts"
import { codeOf } from "../../src/lint/rule.ts"
import { rules } from "../../src/lint/rules/index.ts"

const root = fileURLToPath(new URL("../../", import.meta.url))
const lintCodes = rules.map((rule) => codeOf(rule))

async function sources(): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  for (const room of ["src", "activities", "workflows", "tools", "bin"]) {
    const names = await readdir(join(root, room), { recursive: true }).catch(() => [])
    for (const name of names) {
      if (!/\.m?ts$|\.mjs$/.test(name) || name.endsWith("error-codes.ts")) continue
      found.set(join(room, name), await readFile(join(root, room, name), "utf8"))
    }
  }
  return found
}

/** `code: "X"`, and X as the first argument of the functions that make findings. */
const uses = /\bcode(?:: string)? ?[:=] ?"([A-Z][A-Z0-9_]+)"|\b(?:refus\w*|finding\w*|syntaxError|problem)\(\s*"([A-Z][A-Z0-9_]+)"/g

test("every code that is used is in the list, or is a lint rule's", async () => {
  const known = new Set([...Object.keys(errorCodes), ...lintCodes])
  const unknown: string[] = []
  for (const [file, text] of await sources())
    for (const [, plain, argument] of text.matchAll(uses)) {
      const code = plain ?? argument ?? ""
      if (!known.has(code)) unknown.push(`${file}: ${code}`)
    }
  expect(unknown).toEqual([])
})

test("every code in the list is used somewhere", async () => {
  const all = [...(await sources()).values()].join("\n")
  expect(Object.keys(errorCodes).filter((code) => !all.includes(`"${code}"`))).toEqual([])
})

test("the list is in alphabetical order, in capitals, and each entry says something", () => {
  const codes = Object.keys(errorCodes)
  expect(codes).toEqual(codes.toSorted())
  for (const [code, meaning] of Object.entries(errorCodes)) {
    expect(code).toMatch(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/)
    expect(meaning.length, code).toBeGreaterThan(15)
  }
})
