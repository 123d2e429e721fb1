import type { AlterTableType } from "libpg-query"
import type { LockMode } from "../domain/lock.ts"
import type { Statement } from "../sql/parser.ts"
import { isVolatileDefault, drawsNumbers } from "./column-default.ts"
import type { Script } from "./script.ts"
import { hasOption } from "./statement-options.ts"
import { addedColumns, constraintsOf, tableChanges } from "./table-changes.ts"

/** What a statement of unknown origin may do to a live table. What isn't known here counts as the worst. */
export interface StatementRisk {
  /** The strongest lock on a table that others may be using. */
  readonly lock: LockMode
  readonly rewritesTable: boolean
  readonly losesData: boolean
  /** False: PostgreSQL refuses it inside a transaction. */
  readonly transactional: boolean
}

const worst: StatementRisk = { lock: "AccessExclusive", rewritesTable: true, losesData: true, transactional: true }
const mild: StatementRisk = { lock: "none", rewritesTable: false, losesData: false, transactional: true }

/** Statements that create something new, or change what no table's rows depend on. Locks: the manual's "Explicit Locking". */
const harmless: Readonly<Record<string, LockMode>> = {
  CommentStmt: "ShareUpdateExclusive",
  CompositeTypeStmt: "none",
  CreateDomainStmt: "none",
  CreateEnumStmt: "none",
  CreateExtensionStmt: "none",
  CreateFunctionStmt: "none",
  CreatePolicyStmt: "AccessExclusive",
  CreateRangeStmt: "none",
  CreateSchemaStmt: "none",
  CreateSeqStmt: "none",
  CreateStatsStmt: "ShareUpdateExclusive",
  CreateTableAsStmt: "AccessShare",
  CreateTrigStmt: "ShareRowExclusive",
  GrantStmt: "none",
  RenameStmt: "AccessExclusive",
  ViewStmt: "AccessExclusive",
}

/** Subcommands of ALTER TABLE that neither rewrite nor lose anything, with their lock. */
const gentleChanges: Partial<Record<AlterTableType, LockMode>> = {
  AT_AddConstraint: "AccessExclusive",
  AT_AddIndexConstraint: "AccessExclusive",
  AT_AttachPartition: "ShareUpdateExclusive",
  AT_ColumnDefault: "AccessExclusive",
  AT_DropNotNull: "AccessExclusive",
  AT_EnableRowSecurity: "AccessExclusive",
  AT_ReplicaIdentity: "AccessExclusive",
  AT_SetNotNull: "AccessExclusive",
  AT_SetOptions: "ShareUpdateExclusive",
  AT_SetRelOptions: "ShareUpdateExclusive",
  AT_SetStatistics: "ShareUpdateExclusive",
  AT_ValidateConstraint: "ShareUpdateExclusive",
}

export function riskOf(statement: Statement, script: Script): StatementRisk {
  const { node, kind } = statement
  if ("IndexStmt" in node) {
    if (node.IndexStmt.concurrent) return { ...mild, lock: "ShareUpdateExclusive", transactional: false }
    return { ...mild, lock: script.creates(node.IndexStmt.relation) ? "none" : "Share" }
  }
  // A new table's foreign keys lock the tables that they point to.
  if ("CreateStmt" in node) return { ...mild, lock: statement.relations.length > 1 ? "ShareRowExclusive" : "none" }
  if ("DropStmt" in node) return dropRisk(node.DropStmt.removeType, node.DropStmt.concurrent === true)
  if ("ReindexStmt" in node && hasOption(node.ReindexStmt.params, "concurrently"))
    return { ...mild, lock: "ShareUpdateExclusive", transactional: false }
  if ("VacuumStmt" in node)
    return vacuumRisk(hasOption(node.VacuumStmt.options, "full"), node.VacuumStmt.is_vacuumcmd === true)
  if ("AlterTableStmt" in node) return alterRisk(statement, script)
  const lock = harmless[kind]
  return lock === undefined ? worst : { ...mild, lock }
}

function dropRisk(type: string | undefined, concurrent: boolean): StatementRisk {
  if (concurrent) return { ...mild, lock: "ShareUpdateExclusive", transactional: false }
  const keepsRows = ["OBJECT_INDEX", "OBJECT_VIEW", "OBJECT_FUNCTION", "OBJECT_TRIGGER", "OBJECT_TYPE", "OBJECT_POLICY"]
  return { ...worst, rewritesTable: false, losesData: !keepsRows.includes(type ?? "") }
}

function vacuumRisk(full: boolean, isVacuum: boolean): StatementRisk {
  if (!isVacuum) return { ...mild, lock: "ShareUpdateExclusive" } // ANALYZE
  return full
    ? { ...worst, losesData: false, transactional: false }
    : { ...mild, lock: "ShareUpdateExclusive", transactional: false }
}

function alterRisk(statement: Statement, script: Script): StatementRisk {
  const changes = tableChanges(statement, script)
  const relation = "AlterTableStmt" in statement.node ? statement.node.AlterTableStmt.relation : undefined
  if (changes.length === 0 && script.creates(relation)) return mild
  const detaches = changes.some(
    ({ command: { subtype, def } }) =>
      subtype === "AT_DetachPartition" && def && "PartitionCmd" in def && def.PartitionCmd.concurrent,
  )
  if (detaches) return { ...mild, lock: "ShareUpdateExclusive", transactional: false }
  const rewrites = addedColumns(statement, script).some(
    ({ column }) =>
      isVolatileDefault(column) ||
      drawsNumbers(column) ||
      constraintsOf(column).some(({ contype }) => contype === "CONSTR_GENERATED"),
  )
  const others = changes.filter(({ command: { subtype } }) => subtype !== "AT_AddColumn")
  const rough = others.filter(
    ({ command: { subtype } }) => subtype === undefined || gentleChanges[subtype] === undefined,
  )
  const locks = changes.map(({ command: { subtype } }) => (subtype && gentleChanges[subtype]) ?? "AccessExclusive")
  return {
    lock:
      locks.every((lock) => lock === "ShareUpdateExclusive") && locks.length > 0
        ? "ShareUpdateExclusive"
        : "AccessExclusive",
    rewritesTable: rewrites || rough.some(({ command: { subtype } }) => !keepsFile(subtype)),
    losesData: rough.length > 0,
    transactional: true,
  }
}

/** Loses something (a column, a constraint), yet leaves the table's file as it is. */
function keepsFile(subtype: AlterTableType | undefined): boolean {
  return subtype === "AT_DropColumn" || subtype === "AT_DropConstraint"
}
