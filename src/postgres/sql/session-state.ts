import { autovacuum, wraparoundVacuum } from "../../domain/run.ts"

/**
 * What a session of pg_stat_activity (`a`) is doing, of autovacuum's by the name of it: they say `active` and have
 * neither user nor application. What they are at is hidden from a role without pg_read_all_stats; that there is a
 * session without user which reports a vacuum's progress is not.
 */
export const sessionState = `
       CASE
         WHEN a.backend_type = 'autovacuum worker' AND a.query LIKE '%(to prevent wraparound)' THEN '${wraparoundVacuum}'
         WHEN a.backend_type = 'autovacuum worker' THEN '${autovacuum}'
         WHEN a.usesysid IS NULL AND (a.pid IN (SELECT v.pid FROM pg_stat_progress_vacuum AS v)
                                   OR a.pid IN (SELECT v.pid FROM pg_stat_progress_analyze AS v)) THEN '${autovacuum}'
         ELSE a.state
       END`
