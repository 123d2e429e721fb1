import type { Column } from "../../catalog/model.ts"

/** Types whose values have one length, and so one way to be stored. */
const ofOneLength =
  /^(smallint|integer|bigint|real|double precision|boolean|money|uuid|oid|name|"char"|date|interval|point|box|circle|line|lseg|macaddr8?|(time|timestamp)\b.*)$/

/** The column's settings as far as a second column of another type can have them (see sync/carry-over.ts). */
export function carriedSettings({ settings }: Column, type: string): Pick<Column, "settings"> {
  const carried = settings?.filter((setting) => !ofOneLength.test(type) || !/^(STORAGE|COMPRESSION) /.test(setting))
  return carried === undefined || carried.length === 0 ? {} : { settings: carried }
}
