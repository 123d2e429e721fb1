import type { Backfill } from "../../domain/backfill.ts"

/** The columns that a batch sets. */
export function writtenColumns({ sync }: Backfill): readonly string[] {
  return [sync.marker, ...sync.groups.flatMap((group) => group.new.map(({ name }) => name))]
}
