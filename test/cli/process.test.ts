import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { packageDirectory } from "../../src/stack/toolchain.ts"
import { folderWith } from "../config/folder.ts"
import { sluice } from "./sluice.ts"

const config = `version: 1
control: {url: "postgresql://sluice:hush@127.0.0.1:1/control"}
targets: {shop: {url: "postgresql://app:hush@127.0.0.1:1/shop"}}
`

describe("exit codes and streams", () => {
  test("help goes to stdout and exits with 0; without a verb it is shown as well", async () => {
    const cwd = folderWith({})
    for (const args of [["--help"], ["plan", "--help"], ["help", "plan"], []]) {
      const { code, stdout, stderr } = await sluice(cwd, args)
      expect([code, stderr]).toEqual([0, ""])
      expect(stdout).toContain("Usage: sluice")
    }
  })

  test("the version is the package's", async () => {
    const { version } = JSON.parse(readFileSync(join(packageDirectory(), "package.json"), "utf8")) as {
      version: string
    }
    expect((await sluice(folderWith({}), ["--version"])).stdout).toBe(`${version}\n`)
  })

  test.each([
    [["stauts"], "UNKNOWN_COMMAND", "did you mean status?"],
    [["backup", "creat"], "UNKNOWN_COMMAND", "did you mean create?"],
    [["plan", "--targt", "x"], "UNKNOWN_OPTION", "did you mean --target?"],
    [["wait", "run"], "BAD_ARGUMENT", "sluice wait --help shows what there is"],
    [["status", "a", "b"], "BAD_ARGUMENT", "sluice status --help shows what there is"],
    [["wait", "run", "--for", "contrct"], "BAD_ARGUMENT", "did you mean contract?"],
    [["wait", "run", "--for", "end", "--timeout", "soon"], "BAD_ARGUMENT", "--timeout 500ms, 60s, 10m, 2h"],
    [["proceed", "run", "--gate", "contrakt"], "BAD_ARGUMENT", "did you mean contract?"],
    [["plan", "--gate", "contract=maybe"], "BAD_ARGUMENT", "--gate contract=auto, contract=manual or contract=30m"],
    [["plan", "--role", "odl=app_v1"], "BAD_ARGUMENT", "did you mean old?"],
    [["start", "--role", "new="], "BAD_ARGUMENT", "--role old=app_v1 --role new=app_v2"],
    [["stamp", "--views"], "VERSIONS_OFF", "set versions: {schemas: true} for shop in sluice.yaml"],
    [["plan", "--strategy", "big-bang"], "BAD_ARGUMENT", expect.stringContaining("expand-contract")],
    [["dev", "--stop", "--status"], "BAD_ARGUMENT", "give one of them"],
  ])("%j is a mistake of the user: exit 2, with a hint", async (args, code, hint) => {
    const cwd = folderWith({ "sluice.yaml": config })
    const asJson = await sluice(cwd, [...args, "--json"])
    expect([asJson.code, asJson.stderr]).toEqual([2, ""])
    expect(asJson.json()).toMatchObject({ error: { code, hint, findings: [{ code }] } })
    const asText = await sluice(cwd, args)
    expect([asText.code, asText.stdout]).toEqual([2, ""])
    expect(asText.stderr).toContain(code)
  })

  test("a refusal exits with 3, a failure that may pass with 1", async () => {
    const both = folderWith({ "sluice.yaml": config.replace("/control", "/shop") })
    const refused = await sluice(both, ["status", "--json"])
    expect([refused.code, refused.json()]).toMatchObject([3, { error: { code: "CONTROL_IS_TARGET" } }])
    const away = await sluice(folderWith({ "sluice.yaml": config }), ["status", "--json"])
    expect([away.code, away.json()]).toMatchObject([1, { error: { code: "CONTROL_UNREACHABLE" } }])
    expect(away.stdout + away.stderr).not.toContain("hush")
  })

  test("all mistakes of a configuration arrive in one document", async () => {
    const cwd = folderWith({ "sluice.yaml": config.replace("targets", "soak: 1\nkepe: 2\ntargets") })
    const { code, json } = await sluice(cwd, ["list", "--json"])
    expect(code).toBe(2)
    expect(json()).toMatchObject({ error: { code: "CONFIG_INVALID", findings: [{ line: 3 }, { line: 4 }] } })
  })

  test("no colours where there is no terminal", async () => {
    const { stdout, stderr } = await sluice(folderWith({ "sluice.yaml": "version: 2\n" }), ["list"], { TERM: "xterm" })
    expect(stdout + stderr).not.toContain("\u001B")
  })

  test("a reader who has heard enough (`| head`) is no error", async () => {
    const child = spawn(
      "/bin/sh",
      [
        "-c",
        `"$0" "$1" --help | head -n 1; exit "\${PIPESTATUS:-0}"`,
        process.execPath,
        join(packageDirectory(), "bin", "sluice.mjs"),
      ],
      { stdio: ["ignore", "pipe", "pipe"] },
    )
    let stderr = ""
    child.stderr.on("data", (chunk) => (stderr += String(chunk)))
    const code = await new Promise((resolve) => child.once("close", resolve))
    expect([code, stderr]).toEqual([0, ""])
  })
})

describe("a new project", () => {
  test("init writes a configuration and a revision that lint accepts, and overwrites nothing", async () => {
    const cwd = folderWith({})
    const first = await sluice(cwd, ["init", "--json"])
    expect([first.code, first.json()]).toEqual([0, { files: ["sluice.yaml", "migrations/0001_first.yaml"] }])
    const text = readFileSync(join(cwd, "sluice.yaml"), "utf8")
    const again = await sluice(cwd, ["init", "--json"])
    expect([again.code, again.json()]).toMatchObject([3, { error: { code: "FILE_EXISTS" } }])
    expect(readFileSync(join(cwd, "sluice.yaml"), "utf8")).toBe(text)
    expect((await sluice(cwd, ["lint", "--json"])).json()).toEqual({ findings: [] })
  })

  test("its configuration lacks nothing but the variables", async () => {
    const cwd = folderWith({})
    await sluice(cwd, ["init"])
    const { json } = await sluice(cwd, ["list", "--json"])
    expect((json() as { error: { findings: { code: string }[] } }).error.findings.map(({ code }) => code)).toEqual([
      "CONFIG_VARIABLE_UNSET",
    ])
    const { json: withUrl } = await sluice(cwd, ["list", "--json"], { APP_DATABASE_URL: "postgresql://a@db/app" })
    expect(withUrl()).toMatchObject({ error: { code: "STACK_NOT_RUNNING" } })
  })

  test("new numbers the next revision and names its parent", async () => {
    const cwd = folderWith({})
    await sluice(cwd, ["init"])
    const { json } = await sluice(cwd, ["new", "Split users.name", "--json"])
    expect(json()).toEqual({ file: "migrations/0002_split_users_name.yaml" })
    expect(readFileSync(join(cwd, "migrations/0002_split_users_name.yaml"), "utf8")).toContain("[0001_first]")
  })

  test("lint tells every mistake with file and line, and exits with 2", async () => {
    const cwd = folderWith({
      "migrations/0001_a.yaml": "title: A\noperatins: []\n",
      "migrations/0002_b.up.sql": "ALTER TABLE users ADD COLUMN x int NOT NULL;\n",
    })
    const { code, json } = await sluice(cwd, ["lint", "--json"])
    expect(code).toBe(2)
    const { findings } = json() as { findings: { file: string; line: number; code: string }[] }
    expect(findings).toContainEqual(expect.objectContaining({ file: "0001_a.yaml", line: 2, code: "UNKNOWN_KEY" }))
    expect(findings).toContainEqual(expect.objectContaining({ file: "0002_b.up.sql", line: 1 }))
    const one = await sluice(cwd, ["lint", "migrations/0002_b.up.sql", "--json"])
    expect(
      (one.json() as { findings: { file: string }[] }).findings.every((each) => each.file === "0002_b.up.sql"),
    ).toBe(true)
  })

  test("lint looks into expressions, with the line at which each stands", async () => {
    const cwd = folderWith({
      "migrations/0001_a.yaml": `title: A
operations:
  - add_column:
      table: users
      column: { name: a, type: text, check: { name: c, constraint: "a <> " } }
      up: "(SELECT 1)"
  - add_column:
      table: users
      column: { name: b, type: uuid, nullable: false }
      up: gen_random_uuid()
`,
    })
    const { code, json } = await sluice(cwd, ["lint", "--json"])
    expect(code).toBe(2)
    const { findings } = json() as { findings: { file: string; line: number; code: string; severity: string }[] }
    expect(findings.map(({ file, line, code, severity }) => [file, line, code, severity])).toEqual([
      ["0001_a.yaml", 6, "EXPRESSION_NOT_ALLOWED", "error"],
      ["0001_a.yaml", 5, "EXPRESSION_SYNTAX", "error"],
      ["0001_a.yaml", 10, "NOT_COMPARABLE", "warning"],
    ])
  })
})
