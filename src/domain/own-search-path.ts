/**
 * The setting of a session in which a backfill keeps the search_path that sessions of its role have by themselves, until
 * the statement that fills rows takes it up (see `operations/sync/own-path.ts`).
 */
export const ownSearchPathSetting = "sluice.own_search_path"
