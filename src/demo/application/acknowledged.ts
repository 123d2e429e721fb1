/** A row as it may stand in the table: null where there is none, else the columns that are known, as text. */
export type RowState = Readonly<Record<string, string | null>> | null

/** A write and what it makes of a row. */
export interface Write {
  readonly kind: "insert" | "update" | "delete"
  readonly shows: Readonly<Record<string, string | null>>
}

/**
 * The account of what the database has acknowledged: for each key the states that its row may be in. That is one state,
 * except after a write whose answer was lost with the connection: then the row may be as before or as after it.
 */
export class Acknowledged {
  readonly #rows = new Map<string, readonly RowState[]>()

  /** The number of rows that are known. */
  get size(): number {
    return this.#rows.size
  }

  entries(): IterableIterator<[string, readonly RowState[]]> {
    return this.#rows.entries()
  }

  /** The states that a row may be in. A row that was never written is there, and nothing is known of its columns. */
  statesOf(key: string): readonly RowState[] {
    return this.#rows.get(key) ?? [{}]
  }

  /** The database said yes. */
  acknowledge(key: string, write: Write): void {
    // An update or delete that touched its row proves that the row was there.
    const before = this.statesOf(key).filter((state) => state !== null)
    this.#rows.set(key, distinct((before.length > 0 ? before : [{}]).map((state) => apply(state, write))))
  }

  /** The answer was lost: it may have happened or not. */
  leaveOpen(key: string, write: Write): void {
    const before = this.statesOf(key)
    this.#rows.set(key, distinct([...before, ...before.map((state) => (state === null ? null : apply(state, write)))]))
  }

  /** The row wasn't there. Answers whether that can be right. */
  acceptAbsent(key: string): boolean {
    if (!this.statesOf(key).includes(null)) return false
    this.#rows.set(key, [null])
    return true
  }
}

/** Whether what was read can be one of the states. Only columns that both sides know are compared. */
export function isOneOf(states: readonly RowState[], read: RowState): boolean {
  return states.some((state) => {
    if (state === null || read === null) return state === read
    return Object.entries(state).every(([column, value]) => !(column in read) || read[column] === value)
  })
}

function apply(state: RowState, write: Write): RowState {
  if (write.kind === "delete") return null
  return write.kind === "insert" ? write.shows : { ...state, ...write.shows }
}

function distinct(states: readonly RowState[]): readonly RowState[] {
  return [...new Map(states.map((state) => [JSON.stringify(state), state])).values()]
}
