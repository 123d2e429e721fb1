import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { inspect } from "node:util"
import { describe, expect, test } from "vitest"
import { loadConfig } from "../../src/config/load.ts"
import type { Config } from "../../src/config/config.ts"
import { SluiceError } from "../../src/domain/errors.ts"
import { findUpwardFolder, folderWith, minimal, urls } from "./folder.ts"

async function load(text: string, env: NodeJS.ProcessEnv = {}): Promise<Config> {
  return loadConfig({ cwd: folderWith({ "sluice.yaml": text }), env })
}

async function failure(text: string, env: NodeJS.ProcessEnv = {}): Promise<SluiceError> {
  const error = await load(text, env).then(
    () => new Error("no error"),
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof SluiceError)) throw error
  return error
}

describe("defaults", () => {
  test("a minimal file is complete", async () => {
    const config = await load(minimal)
    const { shop } = config.targets
    expect(shop).toMatchObject({
      name: "shop",
      schemas: ["public"],
      versions: { schemas: false, roles: { old: null, new: null } },
      gates: { "dual-write": "manual", switch: "manual", contract: "manual", purge: "manual" },
      soakMs: 600_000,
      keepMs: 604_800_000,
      limits: {
        lockTimeoutMs: 500,
        lockBudgetMs: 600_000,
        batchDurationMs: 50,
        maxReplicaLagMs: 10_000,
        maxSlotLagBytes: 10 * 1024 ** 3,
        maxArchiveLagBytes: 1024 ** 3,
        maxWalBytesPerSecond: null,
        parallelRanges: 2,
        restRatio: 10,
      },
      probes: [],
    })
    expect(config.migrations).toBe(join(config.directory, "migrations"))
    expect(config.backups.directory).toBe(join(config.directory, "backups"))
    expect(config.temporal).toEqual({ address: "127.0.0.1:7233", namespace: "default", tls: null, apiKey: null })
  })

  test("every setting of the documented example arrives", async () => {
    const config = await load(
      `version: 1
temporal: {address: 10.0.0.1:7233, namespace: ops}
control: {url: \${SLUICE_CONTROL_URL}}
migrations: ./changes
backups: {directory: /var/backups}
targets:
  scheduledb:
    url: \${SCHEDULEDB_URL}            # direct, not through a pooler
    schemas: [public, shop]
    versions: {schemas: true, roles: {old: app_v1, new: app_v2}}
    gates: {dual-write: auto, switch: manual, contract: {after: 30m}, purge: manual}
    soak: 0
    keep: 7d
    limits: {lockTimeout: 1s, lockBudget: 10m, batchDuration: 100ms, maxReplicaLag: off, parallelRanges: 4}
    probes: [{name: health, url: "http://127.0.0.1:8080/health", every: 5s, failuresAllowed: 3}, {name: errors, sql: "select 1", expect: "< 10"}]
`,
      { SLUICE_CONTROL_URL: "postgresql://a@db/control", SCHEDULEDB_URL: "postgresql://a@db/schedule" },
    )
    expect(config.temporal).toMatchObject({ address: "10.0.0.1:7233", namespace: "ops" })
    expect(config.migrations).toBe(join(config.directory, "changes"))
    expect(config.backups.directory).toBe("/var/backups")
    const target = config.targets["scheduledb"]
    expect(target?.url.reveal()).toBe("postgresql://a@db/schedule")
    expect(target).toMatchObject({
      schemas: ["public", "shop"],
      versions: { schemas: true, roles: { old: "app_v1", new: "app_v2" } },
      gates: { "dual-write": "auto", switch: "manual", contract: { afterMs: 1_800_000 }, purge: "manual" },
      soakMs: 0,
      limits: { lockTimeoutMs: 1000, batchDurationMs: 100, maxReplicaLagMs: null, parallelRanges: 4, restRatio: 10 },
      probes: [
        { kind: "http", name: "health", url: "http://127.0.0.1:8080/health", everyMs: 5000, failuresAllowed: 3 },
        { kind: "sql", name: "errors", sql: "select 1", expect: "< 10", everyMs: 5000 },
      ],
    })
  })

  test("the file is found upward from the working directory", async () => {
    const { root, below } = findUpwardFolder({ "sluice.yaml": minimal })
    expect((await loadConfig({ cwd: below, env: {} })).directory).toBe(root)
  })
})

describe("mistakes", () => {
  test("a probe's address with user or password is one, and is not repeated", async () => {
    const probe = "targets.shop.probes[0].url"
    const error = await failure(`version: 1
${urls}
targets:
  shop:
    url: "postgresql://app@db/shop"
    probes:
      - {name: health, url: "http://me:hush@127.0.0.1/health"}
`)
    expect(error.findings.map(({ code, subject }) => [code, subject])).toEqual([["CONFIG_VALUE", probe]])
    expect(inspect(error)).not.toContain("hush")
  })

  test("a limit that is unknown, ill-formed or out of its bounds is told with its line", async () => {
    const error = await failure(`version: 1
${urls}
targets:
  shop:
    url: "postgresql://app@db/shop"
    limits:
      maxSlotLagg: 1GB
      maxSlotLag: 1000
      maxArchiveLag: off
      maxWalRate: 20MB
      maxReplicaLag: 0
      batchDuration: off
`)
    expect(error.findings.map(({ line, message, hint }) => [line, message, hint])).toEqual([
      [7, "targets.shop.limits.maxSlotLagg is not a known key", "did you mean maxSlotLag?"],
      [8, "targets.shop.limits.maxSlotLag is not a size", "write a number with a unit: 512MB, 10GB, or off"],
      [
        10,
        "targets.shop.limits.maxWalRate is not a size per second",
        "write a number with a unit, per second: 20MB/s, or off",
      ],
      [
        11,
        "targets.shop.limits.maxReplicaLag must be from 1ms to 30d",
        "write a number with a unit: 500ms, 10s, 10m, 2h, 7d, or off",
      ],
      [
        12,
        "targets.shop.limits.batchDuration is not a duration",
        "write a number with a unit: 500ms, 10s, 10m, 2h, 7d",
      ],
    ])
  })

  test("all of them are told at once, each with its line and a hint", async () => {
    const error = await failure(`version: 1
${urls}
tragets: {}
targets:
  shop:
    url: "postgresql://app@db/shop"
    soka: 10m
    keep: 7 days
    gates: {contract: autom, purge: {aftr: 1m}}
    limits: {lockTimeout: 0, parallelRanges: many}
    versions: {schemas: maybe}
    probes: [{name: health, url: "ftp://x"}, {url: "http://x"}, {name: e, sql: "select 1"}]
  Shop: {url: "postgresql://app@db/other"}
`)
    expect(error.kind).toBe("UserError")
    expect(error.code).toBe("CONFIG_INVALID")
    expect(error.findings.map(({ line, subject, hint }) => [line, subject, hint?.split(",")[0]])).toEqual([
      [3, "tragets", "did you mean targets?"],
      [7, "targets.shop.soka", "did you mean soak?"],
      [8, "targets.shop.keep", "write a number with a unit: 500ms"],
      [9, "targets.shop.gates.contract", "did you mean auto?"],
      [9, "targets.shop.gates.purge.aftr", "did you mean after?"],
      [9, "targets.shop.gates.purge", undefined],
      [10, "targets.shop.limits.lockTimeout", "write a number with a unit: 500ms"],
      [10, "targets.shop.limits.parallelRanges", "write a whole number"],
      [11, "targets.shop.versions.schemas", undefined],
      [12, "targets.shop.probes[0].url", undefined],
      [12, "targets.shop.probes[1]", undefined],
      [12, "targets.shop.probes[2]", undefined],
      [13, "targets.Shop", "use up to 31 small letters"],
    ])
  })

  test.each([
    ["not YAML", "version: 1\ntargets: {shop: [\n", "CONFIG_SYNTAX"],
    ["a key twice", `${minimal}version: 1\n`, "CONFIG_SYNTAX"],
    ["an empty file", "", "CONFIG_VALUE"],
    ["a list instead of a mapping", "- version: 1\n", "CONFIG_VALUE"],
    ["no target", `version: 1\n${urls}\n`, "CONFIG_MISSING"],
    ["a target without url", `version: 1\n${urls}\ntargets: {a: {}}`, "CONFIG_MISSING"],
    ["no version", minimal.replace("version: 1\n", ""), "CONFIG_VALUE"],
    [
      "another database's url",
      minimal.replace("postgresql://app@db/shop", "mysql://db/shop"),
      "CONNECTION_URL_INVALID",
    ],
  ])("%s is an error of the file", async (_name, text, code) => {
    const error = await failure(text)
    expect(error.code).toBe("CONFIG_INVALID")
    expect(error.findings.map((finding) => finding.code)).toContain(code)
  })

  test("unset variables are named with what would use them; empty ones count as unset", async () => {
    const text = `version: 1\ncontrol: {url: \${CONTROL}}\ntargets:\n  shop: {url: \${SHOP}}\n`
    const error = await failure(text, { SHOP: "" })
    expect(error.findings.map(({ code, line, subject, message }) => [code, line, subject, message])).toEqual([
      [
        "CONFIG_VARIABLE_UNSET",
        2,
        "control.url",
        "control.url needs the environment variable CONTROL, which is not set",
      ],
      [
        "CONFIG_VARIABLE_UNSET",
        4,
        "targets.shop.url",
        "targets.shop.url needs the environment variable SHOP, which is not set",
      ],
    ])
  })

  test("what can't be read as YAML is all that is said of the file", async () => {
    const error = await failure(`version: 1\n${urls}\ntargets:\n  app:\n\turl: "postgresql://a@db/app"\n`)
    expect(new Set(error.findings.map(({ code }) => code))).toEqual(new Set(["CONFIG_SYNTAX"]))
  })

  test("no control database and no embedded stack is no mistake of the file: the stack isn't running", async () => {
    const error = await failure('version: 1\ntargets: {a: {url: "postgresql://x@y/z"}}')
    expect(error).toMatchObject({ code: "STACK_NOT_RUNNING", finding: { hint: expect.stringContaining("sluice dev") } })
    expect(error.message).not.toContain("line")
  })

  test("a missing file says how to get one", async () => {
    const cwd = mkdtempSync(join(tmpdir(), "sluice-none-"))
    await expect(loadConfig({ cwd, env: {} })).rejects.toMatchObject({ code: "CONFIG_NOT_FOUND", kind: "UserError" })
    await expect(loadConfig({ cwd, env: {}, file: "other.yaml" })).rejects.toMatchObject({ code: "CONFIG_NOT_FOUND" })
  })

  test.each(["postgresql://sluice@localhost/shop", "postgresql://other:pw@127.0.0.1:5432/shop?sslmode=disable"])(
    "a target that is the control database is refused, however it is written (%s)",
    async (control) => {
      const error = await failure(
        `version: 1\ncontrol: {url: "${control}"}\ntargets: {shop: {url: "postgresql://app@localhost:5432/shop"}}\n`,
      )
      expect([error.kind, error.code]).toEqual(["RefusedError", "CONTROL_IS_TARGET"])
    },
  )
})

describe("secrets", () => {
  const password = "p4ss-w0rd"

  test("a value of the environment is data: YAML in it means nothing", async () => {
    const url = "postgresql://app:x%7B,y%7D@db/shop"
    const config = await load(minimal.replace('"postgresql://app@db/shop"', "${SHOP}"), { SHOP: url })
    expect(config.targets["shop"]?.url.reveal()).toBe(url)
  })

  test("a default stands in for an unset variable", async () => {
    const config = await load(minimal.replace('"postgresql://app@db/shop"', "${SHOP:-postgresql://d@db/shop}"))
    expect(config.targets["shop"]?.url.reveal()).toBe("postgresql://d@db/shop")
  })

  test("a file may hold one, its last newline aside; a missing file is told with its line", async () => {
    const cwd = folderWith({ "sluice.yaml": minimal.replace('"postgresql://app@db/shop"', "{file: ./url}") })
    await expect(loadConfig({ cwd, env: {} })).rejects.toMatchObject({
      findings: [{ code: "CONFIG_SECRET_FILE", line: 3 }],
    })
    writeFileSync(join(cwd, "url"), "postgresql://app@db/shop\n")
    expect((await loadConfig({ cwd, env: {} })).targets["shop"]?.url.reveal()).toBe("postgresql://app@db/shop")
  })

  test("none is printed by JSON, inspection, text or an error", async () => {
    const env = { SHOP: `postgresql://app:${password}@db/shop`, TEMPORAL_API_KEY: password }
    const text = minimal.replace('"postgresql://app@db/shop"', "${SHOP}")
    const config = await load(text, env)
    expect(config.temporal.apiKey?.reveal()).toBe(password)
    const printed = [JSON.stringify(config), inspect(config, { depth: 9 }), `${config.targets["shop"]?.url}`].join()
    expect(printed).not.toContain(password)
    const error = await failure(text, { ...env, SHOP: `postgres//app:${password}@db:x/shop` })
    expect(inspect(error, { depth: 9 })).not.toContain(password)
  })
})
