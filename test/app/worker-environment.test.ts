import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { changedVariables, rememberEnvironment } from "../../src/app/worker-environment.ts"
import { folderWith } from "../config/folder.ts"

test("variables of sluice.yaml that are set otherwise than where the worker was started are told by name alone", () => {
  const cwd = folderWith({ "sluice.yaml": "targets: {shop: {url: ${SHOP_URL}}, lab: {url: ${LAB_URL:-x}}}\n" })
  const options = (env: NodeJS.ProcessEnv) => ({ cwd, env })
  expect(changedVariables(cwd, options({}))).toBeNull()
  rememberEnvironment(cwd, options({ SHOP_URL: "postgresql://a:wrong@h/shop", OTHER: "1" }))
  expect(readFileSync(join(cwd, ".sluice", "worker-environment.json"), "utf8")).not.toContain("wrong")
  expect(changedVariables(cwd, options({ SHOP_URL: "postgresql://a:wrong@h/shop", OTHER: "2" }))).toEqual([])
  expect(changedVariables(cwd, options({ SHOP_URL: "postgresql://a:right@h/shop", LAB_URL: "y" }))).toEqual([
    "SHOP_URL",
    "LAB_URL",
  ])
})
