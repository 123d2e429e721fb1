import { readFile } from "node:fs/promises"
import { expect, test } from "vitest"
import { renderInput } from "../../src/revisions/documentation.ts"
import type { Documentation } from "../../src/revisions/documentation.ts"

interface Generator {
  renderDocs(input: Documentation): Readonly<Record<string, string>>
}

const root = new URL("../../", import.meta.url)

async function render(): Promise<Readonly<Record<string, string>>> {
  const path = new URL("tools/generate-docs.mjs", root).href
  const generator = (await import(path)) as Generator
  return generator.renderDocs(renderInput())
}

test("the committed references are what the code says (else: npm run build && node tools/generate-docs.mjs)", async () => {
  const pages = await render()
  expect(Object.keys(pages).length).toBeGreaterThan(3)
  for (const [path, text] of Object.entries(pages)) expect(await readFile(new URL(path, root), "utf8"), path).toBe(text)
})

test("no page shows an empty block of code", async () => {
  for (const [path, text] of Object.entries(await render())) expect(text, path).not.toMatch(/^```\w+\n\s*```$/m)
})

test("every operation has a summary and examples that pass its own schema", () => {
  for (const { kind, summary, examples, input } of renderInput().operations) {
    expect(summary.length, kind).toBeGreaterThan(10)
    expect(examples.length, kind).toBeGreaterThan(0)
    for (const example of examples) expect(input.safeParse(example.input).success, `${kind}: ${example.title}`).toBe(true)
  }
})

test("the JSON Schema knows every operation, refuses unknown keys, and describes itself", () => {
  const { revisionSchema, operations } = renderInput()
  expect(revisionSchema).toMatchObject({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    additionalProperties: false,
    required: ["operations"],
  })
  const items = JSON.stringify(revisionSchema.properties?.["operations"])
  for (const { kind, summary } of operations) {
    expect(items).toContain(`"${kind}"`)
    expect(items).toContain(JSON.stringify(summary))
  }
})
