import type { Bench } from "../bench.ts"
import { backfill } from "./backfill.ts"
import { backfillRate } from "./backfill-rate.ts"
import { bulkUpdate } from "./bulk-update.ts"
import { historySize } from "./history-size.ts"
import { lockTime } from "./lock-time.ts"
import { longReader } from "./long-reader.ts"
import { singleUpdate } from "./single-update.ts"
import { smallMigration } from "./small-migration.ts"
import { underLoad } from "./under-load.ts"

/** All benches, in the order in which they run. */
export const benches: readonly Bench[] = [
  backfill,
  backfillRate,
  underLoad,
  singleUpdate,
  bulkUpdate,
  longReader,
  lockTime,
  smallMigration,
  historySize,
]
