import type { QualifiedName } from "./expression.ts"

/*
 * What is known of PostgreSQL's own functions without asking a server: those of 15 to 18 that a person might write into
 * an expression. What isn't here (pg_…, lo_…) is the server's to judge when a plan is made. A test holds the lists
 * against the server's catalog.
 */

const aggregates =
  names(`any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop covar_samp
  every json_agg json_agg_strict json_object_agg json_object_agg_strict json_object_agg_unique
  json_object_agg_unique_strict jsonb_agg jsonb_agg_strict jsonb_object_agg jsonb_object_agg_strict
  jsonb_object_agg_unique jsonb_object_agg_unique_strict max min mode percentile_cont percentile_disc range_agg
  range_intersect_agg regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy stddev
  stddev_pop stddev_samp string_agg sum var_pop var_samp variance xmlagg`)

const windowFunctions = names(`cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank
  row_number`)

const setReturning = names(`aclexplode generate_series generate_subscripts json_array_elements
  json_array_elements_text json_each json_each_text json_object_keys json_populate_recordset json_to_recordset
  jsonb_array_elements jsonb_array_elements_text jsonb_each jsonb_each_text jsonb_object_keys jsonb_path_query
  jsonb_path_query_tz jsonb_populate_recordset jsonb_to_recordset regexp_matches regexp_split_to_table string_to_table
  ts_debug ts_parse ts_stat ts_token_type txid_snapshot_xip unnest`)

const volatileFunctions =
  names(`array_sample array_shuffle clock_timestamp currval gen_random_uuid lastval nextval random
  random_normal set_config setval timeofday uuidv4 uuidv7`)

/** Of the stable ones those that say when and by whom they are asked, whatever the row. */
const ofTheMoment = names(`current_database current_schema current_schemas current_setting current_user inet_client_addr
  now pg_backend_pid session_user statement_timestamp transaction_timestamp txid_current version`)

/** What an expression over one row can't call, in words (`an aggregate (sum)`); null: it may, as far as is known. */
export function refusedFunction(name: QualifiedName): string | null {
  if (!isBuiltin(name)) return null
  if (aggregates.has(name.name)) return `an aggregate (${name.name})`
  if (windowFunctions.has(name.name)) return `a window function (${name.name})`
  return setReturning.has(name.name) ? `a set-returning function (${name.name})` : null
}

/** `volatile`: each call may answer otherwise; `stable`: each statement may, for any row; null: not known to. */
export function knownUnsteadiness(name: QualifiedName): "volatile" | "stable" | null {
  if (!isBuiltin(name)) return null
  if (volatileFunctions.has(name.name)) return "volatile"
  return ofTheMoment.has(name.name) ? "stable" : null
}

/** A plain name means pg_catalog: nothing else is on our search_path. */
function isBuiltin({ schema }: QualifiedName): boolean {
  return schema === null || schema === "pg_catalog"
}

function names(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/))
}
