import type { RelationName } from "../../domain/relation.ts"
import type { SqlStep } from "../../domain/step.ts"
import { ident, join, literal, none, qualified, sql, trusted } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { hideColumnSteps } from "../hide/hide-column.ts"
import type { HiddenColumn } from "../hide/hide-column.ts"
import { drawsFromSequence } from "../hide/draws-from-sequence.ts"
import { hiddenName } from "../hide/hidden-name.ts"
import { saidOfIndex } from "../indexes/said-of-index.ts"
import { columnExists, observation } from "../observe.ts"
import { sqlStep } from "../sql-step.ts"
import { carryGrants } from "../sync/carry-over.ts"
import { constraintCopies, indexCopies } from "./copies.ts"
import { subjectOf } from "./copy-steps.ts"
import type { Duplicate } from "./duplicate.ts"
import { handOverSequences } from "./hand-over-sequences.ts"

/** Contract: the old column gives up its name, and the second one and its copies take it and theirs. */
export function swapSteps(duplicate: Duplicate): readonly SqlStep[] {
  return [...hideColumnSteps(replacedColumn(duplicate)), takeOverStep(duplicate)]
}

/** The old column, as it is hidden from contract on. */
export function replacedColumn({ table, column, hidden, revision, scope }: Duplicate): HiddenColumn {
  // What only partitions have on it, and what would be lost, was refused when the plan was made.
  return { table, column, hidden, computed: true, replaced: true, partitions: [], earlier: [], revision, scope }
}

function takeOverStep(duplicate: Duplicate): SqlStep {
  const { table, physical, fresh, hidden, scope } = duplicate
  const renames = [...columnRename(duplicate), ...constraintRenames(duplicate), ...indexRenames(duplicate)]
  const relation = { schema: table.schema, name: table.name }
  const name = qualified(table)
  const setDefault =
    fresh.default === null
      ? none
      : sql`\nALTER TABLE ${name} ALTER COLUMN ${ident(fresh.name)} SET DEFAULT ${trusted(`(${fresh.default})`)};`
  const dropDefault =
    fresh.default === null ? none : sql`ALTER TABLE ${name} ALTER COLUMN ${ident(fresh.name)} DROP DEFAULT;\n`
  const draws = fresh.default !== null && drawsFromSequence(fresh.default)
  const takeSequences = draws ? sql`\n${handOverSequences(relation, hidden, fresh.name)}` : none
  const giveSequences = draws ? sql`${handOverSequences(relation, fresh.name, hidden)}\n` : none
  const comments = [
    ...(fresh.comment === null ? [] : [sql`COLUMN ${name}.${ident(fresh.name)} IS ${literal(fresh.comment)}`]),
    ...constraintCopies(duplicate).flatMap(({ original }) =>
      original.comment === null
        ? []
        : [sql`CONSTRAINT ${ident(original.name)} ON ${name} IS ${literal(original.comment)}`],
    ),
  ]
  const ofIndexes = indexCopies(duplicate).flatMap(({ original }) => saidOfIndex(relation, original))
  const isWaiting = columnExists(table, physical)
  const renamed = physical !== fresh.name
  return sqlStep({
    id: `contract/${scope}/take-over-${fresh.name}`,
    phase: "contract",
    summary: `Let the column of the new shape be ${subjectOf(duplicate)}`,
    sql: sql`${join(
      renames.map(({ forward }) => forward),
      "\n",
    )}${setDefault}${takeSequences}
${carryGrants(relation, hidden, fresh.name)}${join(
      [...comments.map((comment) => sql`\nCOMMENT ON ${comment};`), ...ofIndexes.map((one) => sql`\n${one}`)],
      "",
    )}`,
    undo: sql`${giveSequences}${dropDefault}${join(
      renames.toReversed().map(({ back }) => back),
      "\n",
    )}`,
    // Where the name stays, only the default tells; the hiding before it tells the rest.
    observe: renamed ? observation({ after: sql`NOT ${isWaiting}`, before: isWaiting }) : sql`SELECT 'before'`,
    lock: "AccessExclusive",
    needs: [{ kind: "own", relation }],
    relations: [relation],
  })
}

interface Rename {
  readonly forward: Sql
  readonly back: Sql
}

function columnRename({ table, physical, fresh }: Duplicate): readonly Rename[] {
  if (physical === fresh.name) return []
  const rename = (from: string, to: string): Sql =>
    sql`ALTER TABLE ${qualified(table)} RENAME COLUMN ${ident(from)} TO ${ident(to)};`
  return [{ forward: rename(physical, fresh.name), back: rename(fresh.name, physical) }]
}

/** Hiding has dropped the originals, so that their names are free. */
function constraintRenames(duplicate: Duplicate): readonly Rename[] {
  const { table } = duplicate
  const rename = (from: string, to: string): Sql =>
    sql`ALTER TABLE ${qualified(table)} RENAME CONSTRAINT ${ident(from)} TO ${ident(to)};`
  const owned = indexCopies(duplicate).filter(({ owner }) => owner !== null)
  return [...constraintCopies(duplicate), ...owned].map(({ original, name }) => ({
    forward: rename(name, original.name),
    back: rename(original.name, name),
  }))
}

/** A plain index of the old column lives on with it, under a hidden name; a unique one was dropped by hiding. */
function indexRenames(duplicate: Duplicate): readonly Rename[] {
  const { table, revision } = duplicate
  const rename = (from: string, to: string): Sql =>
    sql`ALTER INDEX ${qualified(inSchema(table, from))} RENAME TO ${ident(to)};`
  return indexCopies(duplicate)
    .filter(({ owner }) => owner === null)
    .flatMap(({ original, name }) => {
      const away = hiddenName(original.name, revision)
      const old = original.unique ? [] : [{ forward: rename(original.name, away), back: rename(away, original.name) }]
      return [...old, { forward: rename(name, original.name), back: rename(original.name, name) }]
    })
}

function inSchema({ schema }: RelationName, name: string): RelationName {
  return { schema, name }
}
