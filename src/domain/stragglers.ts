/** A statement that uses the shape that contract takes away, with how often the server has seen it run. */
export interface CountedStatement {
  readonly role: string
  /** The server's own number of it. */
  readonly id: string
  readonly calls: number
  /** Shortened, and without values. */
  readonly text: string
}

/** Why nothing, or not all, is known, and what would help. */
export interface Unknown {
  readonly reason: string
  readonly hint: string
}

/** What the server's statistics show at one moment. Kept as evidence: the next look is compared with it. */
export interface StragglerLook {
  /** By the target's clock, ISO 8601. */
  readonly at: string
  /** When the decision or the gate that looked was scheduled, in epoch milliseconds: each try of it has the same. */
  readonly decidedAt: number
  /** When the statistics were reset last; null where that can't be told. */
  readonly reset: string | null
  /** How often the server has dropped what was used least; null where that can't be told. */
  readonly dropped: number | null
  /** Null: every statement is in view. */
  readonly unknown: Unknown | null
  readonly statements: readonly CountedStatement[]
}

/** Those that have run between two looks. */
export interface StragglersSeen {
  /** When the earlier look was taken; null where there was none that saw everything, as this one does. */
  readonly since: string | null
  readonly statements: readonly CountedStatement[]
  readonly unknown: Unknown | null
}

/**
 * What ran since the newest earlier look that saw everything. A look that didn't is taken where there is no better one:
 * what is missing in it may have run before, and since.
 */
export function seenSince(earlier: readonly StragglerLook[], now: StragglerLook): StragglersSeen {
  const newest = earlier.toSorted((a, b) => b.decidedAt - a.decidedAt).filter((look) => look.decidedAt < now.decidedAt)
  const base = newest.find(({ unknown }) => unknown === null) ?? newest[0]
  if (!base) return { since: null, statements: [], unknown: now.unknown }
  const isReset = base.reset !== now.reset
  const before = new Map(base.statements.map((statement) => [keyOf(statement), statement.calls]))
  const hasRun = (statement: CountedStatement): boolean => {
    const calls = before.get(keyOf(statement))
    // Where nothing was in view before and all is now, it may have run since; the next look knows.
    if (calls === undefined) return base.unknown === null || now.unknown === null
    // Fewer than before: the server has dropped it meanwhile and begun to count anew.
    return isReset || calls !== statement.calls
  }
  const isFirst = base.unknown !== null && now.unknown === null
  return {
    since: isFirst ? null : base.at,
    statements: now.statements.filter(hasRun),
    unknown: now.unknown ?? lost(base, now),
  }
}

function keyOf({ role, id }: CountedStatement): string {
  return JSON.stringify([role, id])
}

/** What may have run, and left no trace. */
function lost(base: StragglerLook, now: StragglerLook): Unknown | null {
  const hint = `Only what ran after that is in view: wait for as long as the application may rest between two calls, then proceed.`
  if (base.reset !== now.reset) return { reason: `pg_stat_statements was reset since ${base.at}`, hint }
  if (base.dropped === null || now.dropped === null || now.dropped <= base.dropped) return null
  return {
    reason: `the server has more statements than pg_stat_statements.max, and dropped the least used since ${base.at}`,
    hint: "Raise pg_stat_statements.max, or look at the application itself.",
  }
}
