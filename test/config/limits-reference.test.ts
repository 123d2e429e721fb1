import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { limitDefinitions, limitNames, readLimit, formatLimit } from "../../src/config/limit-definitions.ts"
import { renderLimitsReference } from "../../src/config/limits-reference.ts"
import { packageDirectory } from "../../src/stack/toolchain.ts"

test("docs/limits.md is what the limits' own definitions say (node tools/generate-docs.mjs writes it)", () => {
  expect(readFileSync(join(packageDirectory(), "docs", "limits.md"), "utf8")).toBe(renderLimitsReference())
})

test.each(limitNames)("the default and the bounds of %s can be written as they are shown", (name) => {
  const { otherwise, least, most } = limitDefinitions[name]
  for (const value of [otherwise, least, most]) expect(readLimit(name, formatLimit(name, value))).toEqual({ value })
})
