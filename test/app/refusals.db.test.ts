import { afterEach, beforeEach, describe, expect, inject, test } from "vitest"
import { makePlan } from "../../src/app/make-plan.ts"
import { plan } from "../../src/app/plan.ts"
import { heads, history } from "../../src/app/revisions.ts"
import { stamp } from "../../src/app/stamp.ts"
import { start } from "../../src/app/start.ts"
import { listAllRuns } from "../../src/app/status.ts"
import { uninstall } from "../../src/app/uninstall.ts"
import { loadPlan } from "../../src/ledger/plans.ts"
import { createDatabase } from "../harness/database.ts"
import { createNamespace } from "../harness/namespace.ts"
import { addEmail, Bench } from "./bench.ts"

let bench: Bench

beforeEach(async () => {
  // Nobody listens on port 1: what needs no Temporal must not ask for it.
  bench = await Bench.begin({ address: "127.0.0.1:1", namespace: "default" })
})
afterEach(() => bench.end())

describe("plan", () => {
  test("stores what it shows, names who asked, and touches nothing in the target", async () => {
    const app = await bench.app()
    const made = await plan(app, { target: "shop" })
    expect(await loadPlan(await app.control(), made.plan.hash)).toEqual(made.plan)
    const [entry] = await bench.control.query("SELECT actor, kind FROM sluice_control.entry")
    expect(entry).toEqual({ actor: "tester", kind: "plan.stored" })
    expect(await bench.target.query("SELECT FROM pg_namespace WHERE nspname = 'sluice'")).toEqual([])
  })

  test("a gate that differs is another plan: its hash says so", async () => {
    const app = await bench.app()
    const [one, same, other] = await Promise.all([
      makePlan(app, { target: "shop" }),
      makePlan(app, { target: "shop" }),
      makePlan(app, { target: "shop", gates: { contract: "auto" } }),
    ])
    expect(one.plan.hash).toBe(same.plan.hash)
    expect(one.plan.hash).not.toBe(other.plan.hash)
  })

  test("a table that another schema has is told with that schema", async () => {
    await bench.target.query('CREATE SCHEMA lending; CREATE TABLE lending."Member" (id int PRIMARY KEY)')
    bench.write("0001_email.yaml", addEmail.replaceAll("people", "Member"))
    await expect(makePlan(await bench.app(), { target: "shop" })).rejects.toMatchObject({
      code: "UNKNOWN_TABLE",
      finding: { hint: expect.stringContaining("Schema lending has a table of that name") },
    })
  })

  test("a table that is called almost so is named", async () => {
    await bench.target.query('CREATE TABLE "Customers" (id int PRIMARY KEY)')
    for (const [name, meant] of [
      ["customers", "Customers"],
      ["peolpe", "people"],
    ] as const) {
      bench.write("0001_email.yaml", addEmail.replaceAll("people", name))
      await expect(makePlan(await bench.app(), { target: "shop" })).rejects.toMatchObject({
        code: "UNKNOWN_TABLE",
        finding: { hint: `Did you mean ${meant}?` },
      })
    }
  })

  test("a revision without operations is planned with a warning", async () => {
    bench.write("0002_empty.yaml", "title: Empty\noperations: []\n")
    const { findings } = await makePlan(await bench.app(), { target: "shop" })
    expect(findings).toContainEqual(expect.objectContaining({ code: "EMPTY_REVISION", subject: "0002_empty" }))
  })

  test("two heads are refused with the way to join them", async () => {
    bench.write("0002_other.yaml", "parents: []\ntitle: Other\noperations: []\n")
    const error = { code: "SEVERAL_HEADS", kind: "UserError", finding: { hint: expect.stringContaining("merge") } }
    await expect(plan(await bench.app(), { target: "shop" })).rejects.toMatchObject(error)
  })

  test("of what is there already but recorded nowhere, one error says how to have it recorded", async () => {
    await bench.target.query("ALTER TABLE people ADD COLUMN email text")
    bench.write("0002_nick.yaml", addEmail.replaceAll("email", "nick").replace("0001", "0002"))
    bench.write("0003_gone.yaml", "operations: [{drop_column: {table: people, column: nobody, down: name}}]\n")
    const hint = expect.stringContaining("sluice stamp 0001_email --target shop.")
    const message = expect.stringContaining("public.people.email")
    const app = await bench.app()
    await expect(plan(app, { target: "shop" })).rejects.toMatchObject({
      kind: "UserError",
      findings: [{ code: "JOURNAL_EMPTY", message, hint }],
    })
    // One revision alone: its own mistake stands beside the guess.
    await expect(plan(app, { target: "shop", revision: "0001_email" })).rejects.toMatchObject({
      findings: expect.arrayContaining([expect.objectContaining({ code: "COLUMN_EXISTS" })]),
    })
    await stamp(app, { target: "shop", revision: "0001_email", views: false, unchecked: true })
    const made = await plan(app, { target: "shop", revision: "0002_nick" })
    expect(made.plan.revisions.map(({ id }) => id)).toEqual(["0002_nick"])
  })

  test.each([
    ["a table that others inherit from", "CREATE TABLE heirs () INHERITS (people)", "INHERITED_TABLE"],
    ["a table that inherits", "CREATE TABLE beings (id bigint); ALTER TABLE people INHERIT beings", "INHERITING_TABLE"],
  ])("%s is refused, with the way out", async (_, given, code) => {
    await bench.target.query(`SET ROLE ${bench.role.name}; ${given}`)
    const finding = { subject: "public.people", hint: expect.stringContaining("NO INHERIT") }
    await expect(plan(await bench.app(), { target: "shop" })).rejects.toMatchObject({ code, finding })
  })

  test("a table that a publication sends without anything to tell its rows apart is refused, with the way out", async () => {
    await bench.target.query("CREATE PUBLICATION every FOR ALL TABLES; ALTER TABLE people REPLICA IDENTITY NOTHING")
    const finding = { subject: "public.people", hint: expect.stringContaining('"people" REPLICA IDENTITY FULL;') }
    const error = { code: "REPLICA_IDENTITY_MISSING", finding }
    await expect(plan(await bench.app(), { target: "shop" })).rejects.toMatchObject(error)
  })

  test.each([
    [
      "an expression that does not parse",
      "up: \"lower(name) || '@example.com'\"",
      'up: "lower(name"',
      "EXPRESSION_SYNTAX",
    ],
    ["an unknown column", "lower(name)", "lower(nmae)", "UNKNOWN_COLUMN"],
    ["a function that PostgreSQL doesn't know", "lower(name)", "lowr(name)", "UNKNOWN_FUNCTION"],
    ["an unknown table", "table: people", "table: peolpe", "UNKNOWN_TABLE"],
    ["a missing parent", "id: 0001_email", "id: 0001_email\nparents: [0000_none]", "MISSING_PARENT"],
    ["a cycle", "id: 0001_email", "id: 0001_email\nparents: [0001_email]", "REVISION_CYCLE"],
    ["an unknown key", "title:", "tilte:", "UNKNOWN_KEY"],
  ])("%s is the user's to mend, before anything is touched", async (_name, from, to, code) => {
    const { addEmail } = await import("./bench.ts")
    bench.write("0001_email.yaml", addEmail.replace(from, to))
    const error = await plan(await bench.app(), { target: "shop" }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ kind: "UserError" })
    expect((error as { findings: { code: string }[] }).findings.map((finding) => finding.code)).toContain(code)
  })

  describe("a function that `up` calls and that finds its names by the caller's search_path", () => {
    const needsPath = (body: string): string => `
      CREATE FUNCTION helper(given text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper(given)';
      CREATE FUNCTION norm(given text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN ${body} END $$;
      INSERT INTO people (id, name) VALUES (1, 'Ann')`
    const planned = async () => {
      const { addEmail } = await import("./bench.ts")
      bench.write("0001_email.yaml", addEmail.replace(/up: .*/, 'up: "public.norm(name)"'))
      return plan(await bench.app(), { target: "shop" })
    }

    test("is refused where that is not the one that triggers have: every write of the old application would fail", async () => {
      await bench.target.query(needsPath("RETURN helper(given);"))
      await expect(planned()).rejects.toMatchObject({
        code: "FUNCTION_NEEDS_PATH",
        finding: { hint: expect.stringContaining("SET search_path") },
      })
      await bench.target.query("ALTER FUNCTION norm SET search_path = public, pg_temp")
      const { findings } = await planned()
      expect(findings.map(({ code }) => code)).not.toContain("FUNCTION_NEEDS_PATH")
    })

    test("is warned of where it does well with the row that was tried", async () => {
      await bench.target.query(needsPath("IF given = 'Bob' THEN RETURN helper(given); END IF; RETURN given;"))
      expect((await planned()).findings).toContainEqual(
        expect.objectContaining({ code: "FUNCTION_NEEDS_PATH", severity: "warning" }),
      )
    })
  })

  test("an unknown target or revision is answered with the nearest", async () => {
    const app = await bench.app()
    await expect(plan(app, { target: "shpo" })).rejects.toMatchObject({
      code: "UNKNOWN_TARGET",
      finding: { hint: "did you mean shop?" },
    })
    await expect(plan(app, { target: "shop", revision: "0001_emial" })).rejects.toMatchObject({
      code: "UNKNOWN_REVISION",
    })
  })

  test("an unreachable database and a wrong password are told apart, without the password", async () => {
    const secret = bench.role.password
    const away = await bench.app({ SHOP_URL: "postgresql://nobody:hush@127.0.0.1:1/shop" })
    await expect(plan(away, { target: "shop" })).rejects.toMatchObject({ code: "DATABASE_UNREACHABLE" })
    const wrong = await bench.app({ SHOP_URL: bench.target.urlAs({ ...bench.role, password: "hush" }).reveal() })
    const error = await plan(wrong, { target: "shop" }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: "WRONG_PASSWORD" })
    expect(JSON.stringify(error)).not.toMatch(new RegExp(`hush|${secret}`))
  })

  test("a control database that was never migrated is refused with what migrates it", async () => {
    const empty = await createDatabase({ prefix: "control", owner: bench.role })
    const app = await bench.app({ CONTROL_URL: empty.urlAs(bench.role).reveal() })
    await expect(plan(app, { target: "shop" })).rejects.toMatchObject({ kind: "RefusedError", code: "CONTROL_VERSION" })
    await app.close()
    await empty.drop()
  })
})

describe("start", () => {
  test("another plan than the one that was looked at is refused; short hashes don't count as one", async () => {
    const app = await bench.app()
    const { plan: made } = await plan(app, { target: "shop" })
    for (const seen of ["0123456789ab", made.hash.slice(0, 4)])
      await expect(start(app, { target: "shop", plan: seen })).rejects.toMatchObject({
        kind: "RefusedError",
        code: "PLAN_CHANGED",
      })
    await bench.target.query("ALTER TABLE people ADD COLUMN city text")
    await expect(start(app, { target: "shop", plan: made.hash })).rejects.toMatchObject({ code: "PLAN_CHANGED" })
  })

  test("without Temporal nothing is begun", async () => {
    const app = await bench.app()
    await expect(start(app, { target: "shop" })).rejects.toMatchObject({
      kind: "TransientError",
      code: "TEMPORAL_UNREACHABLE",
    })
    expect(await listAllRuns(app)).toEqual([])
  })

  test("without a worker nothing is sent and no run is written down", async () => {
    const { address } = inject("temporal")
    const lonely = await Bench.begin({ address, namespace: await createNamespace() })
    const app = await lonely.app()
    await expect(start(app, { target: "shop" })).rejects.toMatchObject({ kind: "TransientError", code: "NO_WORKER" })
    expect(await listAllRuns(app)).toEqual([])
    await lonely.end()
  })
})

describe("a target without Sluice's schema", () => {
  test("has no history, can be looked at and uninstalled all the same", async () => {
    const app = await bench.app()
    expect(await history(app, "shop")).toEqual([])
    expect(await heads(app, "shop")).toEqual([
      { id: "0001_email", title: "An address for everybody", parents: [], applied: false },
    ])
    expect(await uninstall(app, "shop")).toEqual([])
  })
})
