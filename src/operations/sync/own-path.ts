import { ownSearchPathSetting } from "../../domain/own-search-path.ts"
import { literal, sql } from "../../sql/sql.ts"

/**
 * A condition, always true, for the statement that fills rows of an application's table: takes up the role's own
 * search_path when the statement begins to run. By then it is parsed, under pg_catalog alone: every name and operator in
 * it, `up` with it, means what it means in the trigger function. The path is for what the rows set off, which relies on
 * it as in any session: functions of the application's triggers, checks and indexes.
 *
 * A path that began with pg_catalog wouldn't do: of functions and operators one that takes exactly these types wins,
 * wherever it stands in the path. So citext has an `=` of its own, and anybody may have a `lower(varchar)`.
 *
 * Holds until the transaction ends. Without a kept path nothing changes.
 */
export const takesOwnPath = sql`(SELECT set_config('search_path',
    coalesce(current_setting(${literal(ownSearchPathSetting)}, true), current_setting('search_path')), true)) IS NOT NULL`
