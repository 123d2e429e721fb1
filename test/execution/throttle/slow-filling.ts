import type { Limits } from "../../../src/config/config.ts"
import { runBackfill, type BackfillResult } from "../../../src/execution/backfill.ts"
import { writeKnobs, type Knobs } from "../../../src/execution/knobs.ts"
import type { TargetRun } from "../../../src/execution/target-run.ts"
import type { TestDatabase } from "../../harness/database.ts"
import { syncColumn, usersSync } from "../../operations/sync/split-name.ts"
import { beginFilling, countRows, type Filling } from "../filling.ts"
import { asSession, attemptOf, eventually, Witness } from "../setting.ts"

export const rows = 20_000

/** Rows for a filling that is slow enough to be stopped in its middle: each takes a millisecond, until it may hurry. */
export const slowPeople = `
  CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL, visits integer DEFAULT 0);
  INSERT INTO users (id, name) SELECT n, 'N ' || n FROM generate_series(1, ${rows}) AS n;
  CREATE TABLE hurry ();
  CREATE FUNCTION slowly(value text) RETURNS text LANGUAGE plpgsql AS $$
    BEGIN
      IF NOT EXISTS (SELECT FROM public.hurry) THEN PERFORM pg_sleep(0.001); END IF;
      RETURN value;
    END $$;`

const slowNick = () => ({
  old: [],
  new: [syncColumn("nick", "text", "lower(public.slowly(name))", { added: true, comparable: false })],
  sources: [syncColumn("name", "text", null, { notNull: true })],
})

/** A backfill under way, and what its watchers see. */
export class SlowFilling {
  /** What the newest attempt told. */
  witness = new Witness()
  readonly database: TestDatabase
  readonly filling: Filling
  #abort = new AbortController()
  #done: Promise<BackfillResult> | null = null

  private constructor(database: TestDatabase, filling: Filling) {
    this.database = database
    this.filling = filling
  }

  static async prepare(database: TestDatabase, limits: Partial<Limits> = {}): Promise<SlowFilling> {
    const small = { batchDurationMs: 20, parallelRanges: 1, ...limits }
    return new SlowFilling(database, await beginFilling(database, usersSync(slowNick()), small))
  }

  /** Begins to fill, or goes on as the next worker would; `change` makes another run of it: another role, other probes. */
  start(change: (run: TargetRun) => TargetRun = (run) => run): this {
    this.#abort = new AbortController()
    this.witness = new Witness()
    const attempt = attemptOf({ signal: this.#abort.signal })
    this.#done = runBackfill(change(this.filling.run), this.filling.backfill, attempt, this.witness)
    this.#done.catch(() => {})
    return this
  }

  filled(): Promise<number> {
    return countRows(this.database, "users", "nick IS NOT NULL")
  }

  /** Resolves once rows are being filled. */
  async isUnderWay(): Promise<void> {
    const before = await this.filled()
    await eventually(async () => (await this.filled()) > before)
  }

  /** Resolves with the reason once it rests for one like this, and no row is filled any more. */
  async rests(reason: RegExp): Promise<string> {
    const newest = (): string => this.witness.progressSeen.at(-1)?.throttledBy ?? ""
    await this.#orEnd(this.witness.until(() => reason.test(newest())))
    return newest()
  }

  /** Fills nothing while its watchers are told twice more that it rests. Answers how many rows are filled. */
  async staysAtRest(): Promise<number> {
    // A batch that was under way when it began to rest may still have to end.
    await this.#toldAgain(2)
    const before = await this.filled()
    await this.#toldAgain(2)
    const after = await this.filled()
    if (after !== before) throw new Error(`it rests, but ${after - before} rows were filled`)
    return after
  }

  /** Resolves once a watcher has heard that nothing stands against it. */
  async goesOn(): Promise<void> {
    const from = this.witness.progressSeen.length
    await this.#orEnd(
      this.witness.until(() => this.witness.progressSeen.slice(from).some((p) => p.throttledBy === null)),
    )
  }

  tune(knobs: Knobs): Promise<Knobs> {
    return asSession(this.database.url, (session) => writeKnobs(session, this.filling.run.run, knobs))
  }

  /** Lets it run at full speed to its end. */
  async finishes(): Promise<BackfillResult> {
    await this.database.query("INSERT INTO hurry DEFAULT VALUES")
    if (!this.#done) throw new Error("it was never started")
    return this.#done
  }

  /** Breaks it off, as a worker's end would. */
  async breakOff(): Promise<void> {
    this.#abort.abort(new Error("broken off"))
    await this.#done?.catch(() => {})
  }

  async #toldAgain(times: number): Promise<void> {
    const seen = this.witness.progressSeen.length
    await this.#orEnd(this.witness.until(() => this.witness.progressSeen.length >= seen + times))
  }

  /** What never comes because the backfill has ended is told at once. */
  async #orEnd(told: Promise<void>): Promise<void> {
    const ended = this.#done?.then(() => Promise.reject(new Error("the backfill has ended")))
    await Promise.race([told, ...(ended ? [ended] : [])])
  }
}
