import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { liveConfig } from "../../src/config/live.ts"
import { folderWith } from "./folder.ts"

const good = `version: 1
control: {url: "postgresql://sluice@db/control"}
targets: {shop: {url: "postgresql://app@db/shop", limits: {lockTimeout: 100ms}}}
`
const quicker = good.replace("100ms", "50ms")

test("limits, gates and targets are those that the file names now, read anew only after an edit", () => {
  const { now, edit, said } = live()
  const before = now()
  expect(before.targets["shop"]?.limits.lockTimeoutMs).toBe(100)
  expect(now()).toBe(before)
  edit(quicker.replace("targets: {", "targets: {books: {url: postgresql://app@db/books}, "))
  expect(now().targets["shop"]?.limits.lockTimeoutMs).toBe(50)
  expect(Object.keys(now().targets)).toEqual(["books", "shop"])
  expect(said).toEqual([expect.stringContaining("has changed: from now on")])
})

test("a file with mistakes leaves the last good one in force, says all of them once, and is taken once it is mended", () => {
  const { now, edit, said } = live()
  edit(quicker.replace("version: 1", "version: 1\nkepe: 1\nsoak: 2"))
  expect(now().targets["shop"]?.limits.lockTimeoutMs).toBe(100)
  now()
  expect(said).toEqual([
    expect.stringContaining("can't be used"),
    expect.stringMatching(/^ {2}line 2: kepe/),
    expect.stringMatching(/^ {2}line 3: soak/),
  ])
  said.length = 0
  edit(null)
  expect(now().targets["shop"]?.limits.lockTimeoutMs).toBe(100)
  expect(said).toHaveLength(2)
  edit(quicker)
  expect(now().targets["shop"]?.limits.lockTimeoutMs).toBe(50)
})

test("what is connected already stays, and is said to need a restart", () => {
  const { now, edit, said } = live()
  edit(`temporal: {namespace: other}\n${quicker.replace("sluice@db/control", "sluice:hush@db/ledger")}`)
  expect(now()).toMatchObject({
    temporal: { namespace: "default" },
    targets: { shop: { limits: { lockTimeoutMs: 50 } } },
  })
  expect(now().control.url.reveal()).toBe("postgresql://sluice@db/control")
  expect(said.slice(1).map((line) => /: (\w+) needs a restart/.exec(line)?.[1])).toEqual(["temporal", "control"])
  expect(said.join("\n")).not.toContain("hush")
})

test("the control database in use can't become a target, whatever the file calls its control database", () => {
  const { now, edit, said } = live()
  edit(good.replace("db/control", "db/new").replace("db/shop", "db/control"))
  expect(now().targets["shop"]?.url.reveal()).toBe("postgresql://app@db/shop")
  expect(said.join()).toContain("is the control database itself")
})

test("a secret that was replaced in its file is taken over", () => {
  const { now, folder } = live(good.replace('"postgresql://app@db/shop"', "{file: url}"))
  expect(now().targets["shop"]?.url.reveal()).toBe("postgresql://app:old@db/shop")
  writeFileSync(join(folder, "url"), "postgresql://app:new@db/shop\n")
  expect(now().targets["shop"]?.url.reveal()).toBe("postgresql://app:new@db/shop")
})

function live(text = good) {
  const folder = folderWith({ "sluice.yaml": text, url: "postgresql://app:old@db/shop\n" })
  const file = join(folder, "sluice.yaml")
  const said: string[] = []
  const now = liveConfig({ cwd: folder, env: {} }, (line) => said.push(line))
  const edit = (text: string | null): void => (text === null ? rmSync(file) : writeFileSync(file, text))
  return { now, edit, said, folder }
}
