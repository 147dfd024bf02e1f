/**
 * What a statement may use: functions of values that ask nothing of the machine, and give no more bytes than
 * about what they are given. So neither settings, files and other connections, nor what makes much out of
 * little (repeat, lpad, replace, format, a list out of a range) is here.
 */

const words = (text: string): ReadonlyArray<string> => text.trim().split(/\s+/)

const aggregates = words(`
  any_value approx_count_distinct approx_quantile approx_top_k arbitrary arg_max arg_max_null arg_min arg_min_null
  argmax argmin array_agg list avg bit_and bit_or bit_xor bool_and bool_or corr count count_if count_star countif
  covar_pop covar_samp entropy favg first fsum geomean geometric_mean group_concat histogram kurtosis last listagg mad
  max max_by mean median min min_by mode product quantile quantile_cont quantile_disc regr_avgx regr_avgy regr_count
  regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy reservoir_quantile skewness stddev stddev_pop
  stddev_samp string_agg sum sumkahan var_pop var_samp variance sem
`)

const windows = words(`
  cume_dist dense_rank fill first_value lag last_value lead nth_value ntile percent_rank rank row_number
`)

const numbers = words(`
  abs acos asin atan atan2 cbrt ceil ceiling cos cot degrees even exp fdiv floor fmod gcd greatest isfinite isinf isnan
  lcm least ln log log10 log2 mod nextafter pi pow power radians round round_even sign sin sqrt tan trunc
  add subtract multiply divide xor bit_count hash
`)

const texts = words(`
  ascii chr concat concat_ws contains ends_with hamming instr jaccard jaro_similarity jaro_winkler_similarity lcase
  left len length levenshtein lower ltrim md5 position prefix regexp_extract regexp_full_match regexp_matches reverse
  right rtrim sha256 split_part starts_with str_split string_split strlen strpos substr substring suffix trim ucase
  unhex hex to_hex from_hex unicode upper like_escape ilike_escape not_like_escape not_ilike_escape
`)

const instants = words(`
  age century current_date date_add date_diff date_part date_sub date_trunc datediff datepart datesub datetrunc day
  dayname dayofmonth dayofweek dayofyear decade epoch epoch_ms epoch_us hour isodow isoyear julian last_day make_date
  make_time make_timestamp make_timestamp_ms microsecond millisecond minute month monthname now quarter second strftime
  strptime time_bucket to_days to_hours to_microseconds to_milliseconds to_minutes to_months to_seconds to_timestamp
  to_weeks to_years today try_strptime week weekday weekofyear year yearweek timezone
`)

const lists = words(`
  array_contains array_distinct array_extract array_filter array_length array_slice array_sort array_transform
  array_unique array_value cardinality element_at flatten list_aggregate list_any_value list_apply list_avg list_concat
  list_contains list_count list_distinct list_element list_extract list_filter list_first list_has list_last list_max
  list_median list_min list_position list_reverse list_slice list_sort list_sum list_transform list_unique list_value
  list_zip map map_entries map_extract map_keys map_values row struct_extract struct_pack struct_concat unnest unlist
  apply filter
`)

const others = words(`
  coalesce constant_or_null enum_range error if ifnull json_array_length json_extract json_extract_string json_keys
  json_type json_valid json_value nullif typeof try_cast alias
`)

export const functions: ReadonlySet<string> = new Set([
  ...aggregates,
  ...windows,
  ...numbers,
  ...texts,
  ...instants,
  ...lists,
  ...others,
])

/** Rows out of nothing, or out of a list. */
export const tableFunctions: ReadonlySet<string> = new Set(["range", "generate_series", "unnest"])
