import type { Session } from "./session.ts"
import { matrixSql } from "./sql/capability-matrix.ts"

/** One line of what `doctor` shows. */
export interface CapabilityCheck {
  readonly name: string
  /** `warn`: a run is possible, but something named in `detail` is not. */
  readonly state: "ok" | "warn" | "fail"
  readonly detail: string
  /** The exact statement or setting; null where nothing is to be done. */
  readonly hint: string | null
}

interface MatrixFacts {
  readonly role: string
  readonly database: string
  readonly major: number
  readonly in_recovery: boolean
  readonly foreign_tables: number
  /** Superusers are left out: membership in one would give everything. */
  readonly foreign_owners: readonly string[]
  readonly superuser_owns: boolean
  readonly missing_schemas: readonly string[]
  readonly closed_schemas: readonly string[]
  readonly may_create_schema: boolean
  readonly may_create_database: boolean
  readonly sees_statistics: boolean
  readonly may_set_replica_role: boolean
  readonly has_statements: boolean
  readonly loads_statements: boolean
  readonly free_connections: number
}

/** Sessions that one run may use at the same time: claim, watch, ranges, cancellation, dump. */
const connectionsOfARun = 10
const [oldestMajor, newestMajor] = [15, 18]

/** Every capability that some step could need, for our role on this server. `schemas` are the target's. */
export async function capabilityMatrix(
  session: Session,
  schemas: readonly string[],
): Promise<readonly CapabilityCheck[]> {
  const [facts] = await session.query<MatrixFacts>(matrixSql, [schemas])
  return facts ? [...serverChecks(facts), ...privilegeChecks(facts), ...optionalChecks(facts)] : []
}

function serverChecks(facts: MatrixFacts): readonly CapabilityCheck[] {
  const { major, free_connections: free } = facts
  return [
    major < oldestMajor
      ? fail("version", `PostgreSQL ${major}`, `Sluice needs PostgreSQL ${oldestMajor} to ${newestMajor}.`)
      : major > newestMajor
        ? warn("version", `PostgreSQL ${major} is newer than what Sluice is tested with`, null)
        : ok("version", `PostgreSQL ${major}`),
    facts.in_recovery
      ? fail("primary", "the server is a standby and takes no writes", "Give the address of the primary.")
      : ok("primary", "the server takes writes"),
    ok("direct connection", "no pooler in between"),
    free >= connectionsOfARun
      ? ok("connections", `${free} are free`)
      : (free < 4 ? fail : warn)(
          "connections",
          `${free} are free`,
          `A run uses up to ${connectionsOfARun}: raise max_connections or the role's limit.`,
        ),
  ]
}

function privilegeChecks(facts: MatrixFacts): readonly CapabilityCheck[] {
  const { role, database } = facts
  const grants = [
    ...facts.foreign_owners.map((name) => `GRANT ${name} TO ${role};`),
    ...(facts.superuser_owns ? [`ALTER TABLE … OWNER TO ${role}; for those that a superuser owns`] : []),
  ].join(" ")
  const schemaGrants = facts.closed_schemas.map((name) => `GRANT USAGE, CREATE ON SCHEMA ${name} TO ${role};`).join(" ")
  return [
    facts.foreign_tables === 0
      ? ok("own tables", "every table of the schemas")
      : warn("own tables", `${facts.foreign_tables} tables belong to others and can't be changed`, grants),
    facts.missing_schemas.length === 0
      ? ok("schemas", "all exist")
      : fail("schemas", `missing: ${facts.missing_schemas.join(", ")}`, "Correct `schemas` of the target."),
    facts.closed_schemas.length === 0
      ? ok("create in schemas", "in all")
      : fail("create in schemas", `not in ${facts.closed_schemas.join(", ")}`, schemaGrants),
    facts.may_create_schema
      ? ok("create on database", "schema sluice and version views can be made")
      : fail("create on database", "schema sluice can't be made", `GRANT CREATE ON DATABASE ${database} TO ${role};`),
    // A role may always end its own sessions; take-over needs no more.
    ok("end own sessions", "take-over of a dead worker's session works"),
  ]
}

function optionalChecks(facts: MatrixFacts): readonly CapabilityCheck[] {
  const { role } = facts
  return [
    facts.may_create_database
      ? ok("scratch database", "the role may create it")
      : warn(
          "scratch database",
          "the role may not create it",
          `ALTER ROLE ${role} CREATEDB; or set backups.scratch in sluice.yaml.`,
        ),
    facts.sees_statistics
      ? ok("statistics", "replica lag and other roles' transactions can be seen")
      : warn(
          "statistics",
          "replica lag and other roles' transactions can't be seen: neither is watched",
          `GRANT pg_monitor TO ${role};`,
        ),
    facts.may_set_replica_role
      ? ok("session_replication_role", "a backfill can pass the application's triggers by")
      : warn(
          "session_replication_role",
          "a backfill fires the application's triggers",
          `GRANT SET ON PARAMETER session_replication_role TO ${role};`,
        ),
    statementsCheck(facts),
  ]
}

/** What the contract gate finds stragglers by besides the old application's role. */
function statementsCheck({ role, has_statements, loads_statements, sees_statistics }: MatrixFacts): CapabilityCheck {
  const name = "pg_stat_statements"
  const alone = "stragglers are found by their role alone"
  if (!loads_statements)
    return warn(
      name,
      `not loaded: ${alone}`,
      `Add it to shared_preload_libraries, restart the server${has_statements ? "." : "; then CREATE EXTENSION pg_stat_statements;"}`,
    )
  if (!has_statements)
    return warn(name, `not created in this database: ${alone}`, "CREATE EXTENSION pg_stat_statements;")
  return sees_statistics
    ? ok(name, "stragglers can be found by their statements")
    : warn(
        name,
        "the texts of other roles' statements are hidden: their stragglers are found by their role alone",
        `GRANT pg_read_all_stats TO ${role};`,
      )
}

function ok(name: string, detail: string): CapabilityCheck {
  return { name, state: "ok", detail, hint: null }
}
function warn(name: string, detail: string, hint: string | null): CapabilityCheck {
  return { name, state: "warn", detail, hint }
}
function fail(name: string, detail: string, hint: string): CapabilityCheck {
  return { name, state: "fail", detail, hint }
}
