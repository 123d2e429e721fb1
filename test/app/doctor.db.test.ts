import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, expect, inject, test } from "vitest"
import { makePlan } from "../../src/app/make-plan.ts"
import { stamp } from "../../src/app/stamp.ts"
import { doctor } from "../../src/app/doctor/doctor.ts"
import type { Check } from "../../src/app/doctor/check.ts"
import { createNamespace } from "../harness/namespace.ts"
import { addEmail, Bench } from "./bench.ts"

let bench: Bench

beforeEach(async () => {
  bench = await Bench.begin({ ...inject("temporal"), namespace: await createNamespace() })
})
afterEach(() => bench.end())

async function examine(env: NodeJS.ProcessEnv = {}, target?: string): Promise<readonly Check[]> {
  return doctor({ cwd: bench.folder, env: { ...process.env, ...bench.env, ...env }, actor: "tester" }, target)
}

const failed = (checks: readonly Check[]): readonly string[] =>
  checks.filter((check) => check.state === "fail").map((check) => check.name)

test("a healthy project fails only where its worker is missing", async () => {
  const checks = await examine()
  expect(failed(checks)).toEqual(["search attributes", "worker"])
  // What wasn't looked at isn't said to be well.
  expect(checks.filter(({ state }) => state === "info").map(({ name }) => name)).toEqual([
    "shop: rows",
    "shop: worker's database",
  ])
})

test("a missing privilege is shown with the exact GRANT", async () => {
  await bench.target.query(`ALTER TABLE people OWNER TO postgres`)
  await bench.target.query(`ALTER DATABASE "${bench.target.name}" OWNER TO postgres`)
  const checks = await examine()
  const hints = checks.filter((check) => check.state !== "ok").map((check) => check.hint)
  expect(hints).toContain(`GRANT CREATE ON DATABASE ${bench.target.name} TO ${bench.role.name};`)
  expect(failed(checks)).toContain("shop: create on database")
  expect(checks.filter(({ hint }) => hint?.startsWith("GRANT CREATE ON DATABASE"))).toHaveLength(1)
})

test("every mistake of the configuration is a failed check, and nothing else is looked at", async () => {
  const checks = await examine({ SHOP_URL: "", CONTROL_URL: "" })
  expect(checks.map(({ name, state }) => [name, state])).toEqual([
    ["configuration", "fail"],
    ["configuration", "fail"],
  ])
})

test("what can't be reached is one failed check each, and the rest is looked at all the same", async () => {
  const checks = await examine({ SHOP_URL: "postgresql://a@127.0.0.1:1/shop" })
  expect(failed(checks)).toEqual(["search attributes", "worker", "shop"])
  const noControl = await examine({ CONTROL_URL: "postgresql://a@127.0.0.1:1/control" })
  expect(failed(noControl)).toEqual(["control database", "search attributes", "worker"])
})

test("of a plan that can't be made only what stands in its way has failed; its warnings are warnings", async () => {
  bench.write(
    "0001_email.yaml",
    `id: 0001_email
title: An address, and none
operations:
  - add_column: {table: people, column: {name: email, type: text, nullable: true}}
  - drop_column: {table: people, column: nickname}
`,
  )
  const plan = (await examine()).filter(({ name }) => name === "shop: plan")
  expect(plan.map(({ state, detail }) => [state, detail])).toEqual([
    ["warn", expect.stringContaining("SELECT *")],
    ["fail", "public.people.nickname: There is no such column"],
  ])
})

test("a mistyped role of the old version is told with the nearest that there is, whatever the plan", async () => {
  const written = `${bench.role.name}x`
  const configuration = `version: 1
control: {url: \${CONTROL_URL}}
targets: {shop: {url: \${SHOP_URL}, soak: 0, keep: 0, versions: {roles: {old: ${written}, new: ${written}}}}}
`
  writeFileSync(join(bench.folder, "sluice.yaml"), configuration)
  const roles = (await examine()).filter(({ detail }) => detail.includes(written))
  expect(roles.map(({ name, state }) => [name, state])).toEqual([
    ["shop: roles", "warn"],
    ["shop: roles", "ok"],
  ])
  expect(roles[0]?.hint).toContain(`Did you mean ${bench.role.name}?`)
  const { findings } = await makePlan(await bench.app(), { target: "shop" })
  expect(findings.filter(({ code }) => code === "ROLE_UNKNOWN").map(({ severity }) => severity)).toEqual([
    "warning",
    "info",
  ])
})

test("an applied revision whose file was edited since is a warning, though everything is applied", async () => {
  await stamp(await bench.app(), { target: "shop", revision: "0001_email", views: false, unchecked: true })
  bench.write("0001_email.yaml", addEmail.replace("nullable: false", "nullable: true"))
  const found = (await examine()).filter(({ name }) => name === "shop: applied revisions")
  expect(found.map(({ state, detail }) => [state, detail])).toEqual([
    ["warn", expect.stringContaining("0001_email was edited")],
  ])
})

test("a table that isn't the role's own is shown with the statement that makes it so, also where up reads it", async () => {
  await bench.target.query("ALTER TABLE people OWNER TO postgres")
  const found = (await examine()).filter(({ name, state }) => name === "shop: plan" && state === "fail")
  expect(found.map(({ detail, hint }) => [detail, hint])).toEqual([
    ["public.people: the role lacks a privilege: own", `ALTER TABLE public.people OWNER TO ${bench.role.name};`],
    ["public.people: the role lacks a privilege: select", `GRANT SELECT ON TABLE public.people TO ${bench.role.name};`],
  ])
})

test("a mistake in the folder is no word about what is applied", async () => {
  bench.write("0002_bad.yaml", "operations: {}")
  const told = (await examine()).filter(({ state, detail }) => state === "fail" && detail.includes("operations"))
  expect(told.map(({ name }) => name)).toEqual(["migrations", "shop: plan"])
})
