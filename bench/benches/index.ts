import type { Bench } from "../bench.ts"
import { backfill } from "./backfill.ts"

/** All benches, in the order in which they run. */
export const benches: readonly Bench[] = [backfill]
