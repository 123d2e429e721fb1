import type { Capability } from "../../domain/capability.ts"
import type { Phase } from "../../domain/phase.ts"
import { displayName } from "../../domain/relation.ts"
import type { SqlStep } from "../../domain/step.ts"
import { join, qualified, sql } from "../../sql/sql.ts"
import { indexWhere, observation, relationOid } from "../observe.ts"
import { sqlStep } from "../sql-step.ts"
import { concurrentIndexStep } from "./concurrent-step.ts"
import { createIndexSql } from "./definition.ts"
import { indexMatches } from "./matches.ts"
import { nameOfIndex } from "./partitioned.ts"
import type { PartitionIndex } from "./partitioned.ts"
import type { IndexSpec } from "./spec.ts"

/**
 * An index on a partitioned table, which PostgreSQL can't build concurrently: each partition's is, by itself; then, in
 * one short transaction, that of the parent comes into being without reading a row, and takes them as its parts. Were
 * a partition missed that somebody has added meanwhile, the parent's index would not become valid, and nothing is done.
 */
export function partitionedIndexSteps(
  index: IndexSpec,
  parts: readonly PartitionIndex[],
  phase: Phase,
  id: string,
): readonly SqlStep[] {
  const leaves = parts.filter(({ isLeaf }) => isLeaf)
  const builds = leaves.map((leaf) => ({
    ...concurrentIndexStep(leaf.index, phase, `${id}/${leaf.index.relation.name}`),
    skippable: false, // the parent's is made of all of them
  }))
  return [...builds, attachStep(index, parts, phase, `${id}/attach`)]
}

function attachStep(index: IndexSpec, parts: readonly PartitionIndex[], phase: Phase, id: string): SqlStep {
  const { relation, name } = index
  const parents = [index, ...parts.filter(({ isLeaf }) => !isLeaf).map((part) => part.index)]
  const creations = parents.map((parent) => sql`${createIndexSql(parent, "only")};`)
  const attachments = parts.map(
    (part) => sql`ALTER INDEX ${qualified(part.parent)} ATTACH PARTITION ${qualified(nameOfIndex(part.index))};`,
  )
  return sqlStep({
    id,
    phase,
    summary: `Make the indexes of its partitions index ${name} of ${displayName(relation)}`,
    sql: join([...creations, ...attachments], "\n"),
    // The partitions' indexes go with it; their steps find nothing left to undo then.
    undo: sql`DROP INDEX IF EXISTS ${qualified(nameOfIndex(index))};`,
    observe: observation({
      after: indexWhere(relation, name, sql`x.indisvalid AND ${indexMatches(index)}`),
      before: sql`${relationOid(nameOfIndex(index))} IS NULL`,
    }),
    skippable: !index.unique,
    // Of the partitions too: readers of a partition hold its indexes.
    lock: "AccessExclusive",
    needs: parents.flatMap((parent): readonly Capability[] => [
      { kind: "own", relation: parent.relation },
      { kind: "create-in-schema", schema: parent.relation.schema },
    ]),
    relations: [relation],
  })
}
