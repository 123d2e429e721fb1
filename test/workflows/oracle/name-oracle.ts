/** What a row of the name split must hold. No trigger and no SQL had a hand in it. */
export interface Person {
  readonly name: string | null
  readonly first: string | null
  readonly last: string | null
  readonly note: string | null
}

/** The columns that a statement sets, whatever it sets them to. */
export type Setting = Partial<Person>

/** The revision's `up`, in words of this language. */
function up(name: string | null): Pick<Person, "first" | "last"> {
  if (name === null) return { first: null, last: null }
  const [first = ""] = name.split(" ")
  return { first, last: name.slice(first.length).replace(/^ +/, "") }
}

/** The revision's `down`: NULL where a part is. */
function down({ first, last }: Pick<Person, "first" | "last">): string | null {
  return first === null || last === null ? null : `${first} ${last}`
}

/** Both shapes were written: the old one stays where the two agree in one direction or the other; else the new one wins. */
function reconciled(row: Person): Person {
  const fromName = up(row.name)
  const agree = row.name === down(row) || (row.first === fromName.first && row.last === fromName.last)
  return agree ? row : { ...row, name: down(row) }
}

const nothing: Person = { name: null, first: null, last: null, note: null }

/** The rows as they must be after each acknowledged statement. */
export class NameOracle {
  readonly #rows = new Map<number, Person>()
  /** Rows that nothing has filled yet: their new columns are NULL, whatever they will hold. */
  readonly #unfilled = new Set<number>()

  /** A row that was there before the change. */
  existing(id: number, name: string | null): void {
    this.#rows.set(id, { ...nothing, name })
    this.#unfilled.add(id)
  }

  /** `defaults`: of the table for the old shape, of the version's view for the new one. */
  insert(id: number, set: Setting, defaults: Setting): void {
    const row = { ...nothing, ...defaults, ...set }
    const old = row.name !== null
    const isNew = row.first !== null || row.last !== null
    if (old && isNew) this.#rows.set(id, reconciled(row))
    else this.#rows.set(id, isNew ? { ...row, name: down(row) } : { ...row, ...up(row.name) })
  }

  /** A row that isn't filled is written as if it were: what a statement does doesn't depend on the backfill's progress. */
  update(id: number, set: Setting): void {
    const found = this.#rows.get(id)
    if (!found) return
    const before = this.#unfilled.delete(id) ? { ...found, ...up(found.name) } : found
    const row = { ...before, ...set }
    const old = row.name !== before.name
    const isNew = row.first !== before.first || row.last !== before.last
    if (isNew) this.#rows.set(id, old ? reconciled(row) : { ...row, name: down(row) })
    else this.#rows.set(id, old ? { ...row, ...up(row.name) } : row)
  }

  delete(id: number): void {
    this.#rows.delete(id)
    this.#unfilled.delete(id)
  }

  /** The backfill is through. */
  allFilled(): void {
    for (const id of this.#unfilled) {
      const row = this.#rows.get(id)
      if (row) this.#rows.set(id, { ...row, ...up(row.name) })
    }
    this.#unfilled.clear()
  }

  rows(): readonly (readonly [number, Person])[] {
    return [...this.#rows].toSorted(([a], [b]) => a - b)
  }
}
