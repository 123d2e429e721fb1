/** What a backup's file is good for. Only a `verified` one, restored and compared, counts. */
export type BackupState = "verified" | "unverified" | "failed"

/** One table's data as it was in the backup's snapshot. */
export interface BackedUpTable {
  /** For a person: `public.users`. */
  readonly name: string
  readonly schema: string
  readonly table: string
  readonly rows: number
  /** Sum of the rows' 64-bit hashes, in digits: the same for the same rows in any order. */
  readonly hash: string
  /** `text`: hash of each row's text. `parts`: large columns hashed by themselves, for rows beyond 1 GB of text. */
  readonly method: "text" | "parts"
  /** The columns that were hashed, in that order. */
  readonly columns: readonly string[]
}

export interface MissingForeignKey {
  /** Of the constraint, in digits: what the archive's table of contents knows it by. */
  readonly oid: string
  /** For a person: `orders_user_id_fkey of public.orders`. */
  readonly name: string
}

/** Encoding and locale of a database, as `pg_database` has them. */
export interface DatabaseLocale {
  readonly encoding: string
  readonly collate: string
  readonly ctype: string
  /** `c`: libc, `i`: ICU, `b`: built-in (17 and later). */
  readonly provider: string
  /** Of ICU or built-in. */
  readonly locale: string | null
}

/** What `sluice backup` prints; also lies as JSON beside the backup's file. */
export interface BackupRecord {
  readonly id: string
  readonly target: string
  readonly run: string | null
  readonly planHash: string | null
  /** `dump`: the whole schema, and the data of `tables`. */
  readonly kind: "dump"
  /** Name of the file in the directory of backups. */
  readonly file: string
  readonly bytes: number
  readonly sha256: string
  readonly state: BackupState
  readonly tables: readonly BackedUpTable[]
  /** ISO 8601, UTC: when its snapshot was taken, by this machine's clock. */
  readonly createdAt: string
  /** How long the last test restore took; null before the first. */
  readonly restoreSeconds: number | null
  readonly serverMajor: number
  /** Foreign keys that the test restore left out, since the data that they point to isn't in the backup. */
  readonly missingForeignKeys: readonly MissingForeignKey[]
  /** Of the database that was backed up: what a restore needs to make another like it. */
  readonly locale: DatabaseLocale
  /** What else the backup or its test restore left out or did differently, in words. */
  readonly notes: readonly string[]
}

/** A backup that counts. */
export type VerifiedBackup = BackupRecord & { readonly state: "verified"; readonly restoreSeconds: number }

export function isVerified(record: BackupRecord): record is VerifiedBackup {
  return record.state === "verified" && record.restoreSeconds !== null
}
