import type { Bench } from "../bench.ts"
import { backfill } from "./backfill.ts"
import { backfillRate } from "./backfill-rate.ts"
import { bulkUpdate } from "./bulk-update.ts"
import { underLoad } from "./under-load.ts"
import { lockTime } from "./lock-time.ts"
import { longReader } from "./long-reader.ts"
import { singleUpdate } from "./single-update.ts"

/** All benches, in the order in which they run. */
export const benches: readonly Bench[] = [
  backfill,
  backfillRate,
  singleUpdate,
  bulkUpdate,
  underLoad,
  longReader,
  lockTime,
]
