/**
 * A schema whose views show the tables of another one, its base, in the shape of one revision. Applications choose it
 * by their role's `search_path`.
 */
export interface VersionSchema {
  readonly name: string
  readonly base: string
  /** Whose shape it shows; null: that before the first revision. */
  readonly revision: string | null
}

/** Who uses which version, as the configuration or `start --role` names them. */
export interface VersionRoles {
  readonly old: string | null
  readonly new: string | null
}

/** A role that a version's applications use, and the search_path that puts them on it. */
export interface RolePath {
  readonly role: string
  readonly version: "old" | "new"
  /** The version schemas that it has to find first. */
  readonly schemas: readonly string[]
  /** The whole of it: the version schemas first, then the schemas themselves, for what has no view: sequences, functions, types. */
  readonly path: readonly string[]
}

/** Whether a role is on its version, as far as its settings in the database tell. */
export interface RoleOnVersion extends RolePath {
  readonly holds: boolean
}

/** What a plan does with versions. */
export interface PlanVersions {
  readonly roles: VersionRoles
  /** The version schemas that it makes, in the order of the target's schemas; none where the target does without. */
  readonly made: readonly VersionSchema[]
  /** Those that its contract hides and its purge drops. */
  readonly ended: readonly VersionSchema[]
}
