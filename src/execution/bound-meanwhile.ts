import type { BondKind } from "../domain/column-bond.ts"
import { RefusedError, type ErrorFinding } from "../domain/errors.ts"
import { firstFew } from "../domain/first-few.ts"
import { displayName, isSameRelation } from "../domain/relation.ts"
import type { Step } from "../domain/step.ts"
import { takeOff, takesOff } from "../operations/hide/taken-off.ts"
import { hiddenByContract, type HidesColumn } from "../planner/hidden-by-contract.ts"
import { columnBonds, columnUsers, type BondOf } from "../postgres/column-bonds.ts"
import type { Session } from "../postgres/session.ts"
import { versionSchemasSql } from "../postgres/sql/catalog.ts"
import { loadParser } from "../sql/parser.ts"
import { changedMeanwhile } from "./changed-meanwhile.ts"
import type { Direction } from "./journal-rows.ts"
import type { TargetRun } from "./target-run.ts"

type Bond = BondOf<HidesColumn>

const mostNamed = 10

/**
 * A plan knows what stood on the columns that it hides when it was made. What somebody has put there since would be
 * hidden with them, refuse writes of the new application because of a column that it doesn't know, and go with the
 * purge. Asked before a step's locks, because it takes longer than an application should wait for them; what could refuse
 * a write is asked once more under them. The same of what somebody has changed there. Throws RefusedError OLD_COLUMN_BOUND
 * or OLD_COLUMN_CHANGED for a step of the contract, while nothing is hidden yet.
 */
export async function demandAsPlanned(
  session: Session,
  run: TargetRun,
  { step, direction }: { readonly step: Step; readonly direction: Direction },
): Promise<void> {
  if (direction !== "do" || step.phase !== "contract" || step.back) return
  const again = `sluice retry ${run.run}`
  const finding = (await boundMeanwhile(session, run, again)) ?? (await changedMeanwhile(session, run, again))
  if (finding !== null) throw new RefusedError(finding)
}

/**
 * What stands on columns that contract is about to hide and that it wouldn't take off them; null: nothing. `again`: the
 * command with which the run goes on afterwards.
 */
export async function boundMeanwhile(
  session: Session,
  { run, plan }: TargetRun,
  again: string,
): Promise<ErrorFinding | null> {
  await loadParser()
  const columns = hiddenByContract(plan)
  if (columns.length === 0) return null
  const statements = plan.steps.filter(({ phase, back }) => phase === "contract" && !back).map(({ sql }) => sql)
  const bonds = (await columnBonds(session, columns)).filter(
    (bond) => mayRefuse(bond) && !statements.some((sql) => takesOff(sql, bond.column, bond)),
  )
  const users = await columnUsers(session, columns, await versionsOf(session))
  return findingOf(run, again, [...users, ...bonds])
}

/** A column that a step hides, by the name that it has then, and the one that it had. */
export interface Hidden extends HidesColumn {
  readonly was: string
}

/** The columns that a step of the contract hides. To be asked before its locks: it reads the step's statements. */
export async function hiddenBy(
  { plan }: Pick<TargetRun, "plan">,
  { step, direction }: { readonly step: Step; readonly direction: Direction },
): Promise<readonly Hidden[]> {
  if (direction !== "do" || step.phase !== "contract" || step.back) return []
  await loadParser()
  const columns = hiddenByContract({ syncs: plan.syncs, steps: [step] })
  return columns.map((one) => ({ ...one, column: one.hidden, was: one.column }))
}

/**
 * Once the step's statements have run, before they are committed, and whatever the plan knew: a hidden column promises
 * nothing that could refuse a write. Asked before the locks as well, where none is hidden yet, it costs planning alone,
 * which then needn't be done under them. Throws RefusedError OLD_COLUMN_BOUND.
 */
export async function demandNothingKept(
  session: Session,
  { run }: Pick<TargetRun, "run">,
  hidden: readonly Hidden[],
): Promise<void> {
  if (hidden.length === 0) return
  const kept = (await columnBonds(session, hidden)).filter(mayRefuse)
  const byTheirNames = kept.map((bond) => ({ ...bond, column: { ...bond.column, column: bond.column.was } }))
  const finding = findingOf(run, `sluice retry ${run}`, byTheirNames)
  if (finding !== null) throw new RefusedError(finding)
}

async function versionsOf(session: Session): Promise<readonly string[]> {
  return (await session.query<{ name: string }>(versionSchemasSql)).map(({ name }) => name)
}

/** A column that nothing computes may have a default, which then fills it; one that is computed may hold NULL. */
function mayRefuse({ kind, column, fills }: Bond): boolean {
  switch (kind) {
    case "default":
      // It would pass for a value that an INSERT gives by the place of the hidden column, and that is refused.
      return column.computed
    case "not null":
    case "domain":
      return column.computed || !fills
    default:
      return true
  }
}

function findingOf(run: string, again: string, bonds: readonly Bond[]): ErrorFinding | null {
  const [first] = bonds
  if (!first) return null
  const isUsed = bonds.some(({ kind }) => kind === "user")
  const statements = distinct(
    bonds.toSorted((a, b) => rank(a) - rank(b)).flatMap((bond) => takeOff(bond.column.column, bond) ?? []),
  )
  const drop = [
    ...(statements.length > 0 ? [`Drop it (${firstFew(statements, mostNamed, " ")})`] : []),
    ...(isUsed ? ["change or drop what uses the column"] : []),
    ...(bonds.some(({ kind }) => kind === "domain") ? ["take NOT NULL from the domain"] : []),
  ].join(", ")
  return {
    code: "OLD_COLUMN_BOUND",
    subject: `${displayName(first.column.relation)}.${first.column.column}`,
    message: `contract hides ${distinct(bonds.map(({ column }) => `${displayName(column.relation)}.${column.column}`)).join(", ")}, and the plan doesn't know of what has been put there: ${firstFew(distinct(bonds.map(described)), mostNamed)}. Hidden with the column it would refuse writes of the new application, or break what uses it`,
    hint: `${drop.charAt(0).toUpperCase()}${drop.slice(1)}, then \`${again}\`; what the new shape is to promise belongs on its own columns. Or take the new shape away: \`sluice abort ${run}\`.`,
  }
}

/** A foreign key rests on what is unique, and a primary key brings NOT NULL. */
function rank({ kind }: Bond): number {
  return kind === "foreign key" ? 0 : kind === "not null" ? 2 : 1
}

const words: Readonly<Record<Exclude<BondKind, "user">, string>> = {
  "foreign key": "foreign key",
  check: "check",
  unique: "unique constraint",
  "primary key": "primary key",
  exclude: "exclusion constraint",
  "unique index": "unique index",
  "not null": "NOT NULL",
  default: "a default",
  domain: "the NOT NULL of domain",
}

function described({ kind, name, table, column }: Bond): string {
  if (kind === "user") return name ?? ""
  const where = isSameRelation(table, column.relation) ? "" : ` of partition ${displayName(table)}`
  return `${words[kind]}${name === null ? "" : ` ${name}`}${where}`
}

function distinct<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)]
}
