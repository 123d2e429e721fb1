/** The real PostgreSQL parser (libpg-query, grammar of PostgreSQL 18): the one door to it. */
export { loadParser } from "./engine.ts"
export { bindColumns, parseExpression } from "./expression.ts"
export type { CalledFunction, ColumnReference, ParsedExpression, QualifiedName } from "./expression.ts"
export { settingsBehind } from "./expression-settings.ts"
export { mayBeNull, refusingCasts } from "./expression-values.ts"
export type { Known, KnownColumn } from "./expression-values.ts"
export { parseStatements } from "./statements.ts"
export type { ReferencedRelation, Statement, StatementCategory } from "./statements.ts"
