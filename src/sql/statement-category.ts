import type { Node } from "libpg-query"
import { walk } from "./tree.ts"

/**
 * What a statement does, as far as its text tells:
 * - `ddl`: changes the schema
 * - `data`: changes rows (INSERT, UPDATE, DELETE, MERGE, COPY, TRUNCATE, a WITH query that does)
 * - `transaction`: BEGIN, COMMIT, SAVEPOINT, …
 * - `dynamic`: runs code that can't be seen (DO, CALL, EXECUTE)
 * - `session`: changes the session (SET, LOCK, LISTEN, …)
 * - `query`: only reads, as far as the functions that it calls only read
 * - `maintenance`: VACUUM, CLUSTER, REINDEX, …
 * - `server`: concerns the server or other databases
 * - `other`: not known here, so the worst
 */
export type StatementCategory =
  | "ddl"
  | "data"
  | "transaction"
  | "dynamic"
  | "session"
  | "query"
  | "maintenance"
  | "server"
  | "other"

const kinds: Readonly<Record<Exclude<StatementCategory, "other">, string>> = {
  ddl: `AlterCollationStmt AlterDefaultPrivilegesStmt AlterDomainStmt AlterEnumStmt AlterExtensionContentsStmt
    AlterExtensionStmt AlterFunctionStmt AlterObjectDependsStmt AlterObjectSchemaStmt AlterOpFamilyStmt
    AlterOperatorStmt AlterOwnerStmt AlterPolicyStmt AlterPublicationStmt AlterSeqStmt AlterStatsStmt
    AlterTableMoveAllStmt AlterTableStmt AlterTSConfigurationStmt AlterTSDictionaryStmt AlterTypeStmt CommentStmt
    CompositeTypeStmt CreateAmStmt CreateCastStmt CreateConversionStmt CreateDomainStmt CreateEnumStmt
    CreateExtensionStmt CreateFdwStmt CreateForeignServerStmt CreateForeignTableStmt CreateFunctionStmt CreateOpClassStmt
    CreateOpFamilyStmt CreatePLangStmt CreatePolicyStmt CreatePublicationStmt CreateRangeStmt CreateSchemaStmt
    CreateSeqStmt CreateStatsStmt CreateStmt CreateTableAsStmt CreateTransformStmt CreateTrigStmt CreateUserMappingStmt
    DefineStmt DropOwnedStmt DropStmt GrantStmt ImportForeignSchemaStmt IndexStmt ReassignOwnedStmt RenameStmt RuleStmt
    SecLabelStmt ViewStmt`,
  data: "InsertStmt UpdateStmt DeleteStmt MergeStmt CopyStmt TruncateStmt",
  transaction: "TransactionStmt",
  dynamic: "DoStmt CallStmt ExecuteStmt PrepareStmt",
  session: `ClosePortalStmt ConstraintsSetStmt DeallocateStmt DeclareCursorStmt DiscardStmt FetchStmt ListenStmt LoadStmt
    LockStmt NotifyStmt UnlistenStmt VariableSetStmt VariableShowStmt`,
  query: "SelectStmt ExplainStmt",
  maintenance: "CheckPointStmt ClusterStmt RefreshMatViewStmt ReindexStmt VacuumStmt",
  server: `AlterDatabaseRefreshCollStmt AlterDatabaseSetStmt AlterDatabaseStmt AlterRoleSetStmt AlterRoleStmt
    AlterSubscriptionStmt AlterSystemStmt AlterTableSpaceOptionsStmt CreateRoleStmt CreateSubscriptionStmt
    CreateTableSpaceStmt CreatedbStmt DropRoleStmt DropSubscriptionStmt DropTableSpaceStmt DropUserMappingStmt
    DropdbStmt GrantRoleStmt`,
}

const categories: ReadonlyMap<string, StatementCategory> = new Map(
  Object.entries(kinds).flatMap(([category, names]) =>
    names.split(/\s+/).map((name): [string, StatementCategory] => [name, category as StatementCategory]),
  ),
)

export function categoryOf(node: Node): StatementCategory {
  const category = categories.get(Object.keys(node)[0] ?? "") ?? "other"
  if (category !== "query") return category
  let found: StatementCategory = category
  walk(node, (kind) => {
    if (categories.get(kind) === "data") found = "data" // WITH x AS (DELETE …) SELECT, EXPLAIN ANALYZE UPDATE
    else if (kind === "intoClause" && found === "query") found = "ddl" // SELECT … INTO t
  })
  return found
}
