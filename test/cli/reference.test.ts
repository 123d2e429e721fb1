import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { renderCliReference } from "../../src/cli/reference.ts"
import { packageDirectory } from "../../src/stack/toolchain.ts"

test("docs/cli.md is what the commands' own help says (node tools/generate-docs.mjs writes it)", () => {
  expect(readFileSync(join(packageDirectory(), "docs", "cli.md"), "utf8")).toBe(renderCliReference())
})
