import type { ErrorFinding } from "../domain/errors.ts"
import { firstFew } from "../domain/first-few.ts"
import type { Plan } from "../domain/plan.ts"
import { displayName } from "../domain/relation.ts"
import type { Session } from "../postgres/session.ts"
import { ident } from "../sql/sql.ts"

/** A view of a version schema that shows a table of the run in the run's shape, or a later one. */
interface LaterView {
  readonly schema: string
  readonly name: string
  /** The other run that applied the version's revision; null: none, or this one. */
  readonly madeBy: string | null
}

/**
 * Why version views stand against the way back of a run that has contracted: PostgreSQL doesn't drop a column that a view
 * shows, and the undo would stop half-way. The run's own versions go with its undo; these were stamped since, or belong
 * to a later run that touches other tables. Null: none does.
 */
export async function viewsInTheWay(session: Session, run: string, plan: Plan): Promise<ErrorFinding | null> {
  if (!takesShapeAway(plan)) return null
  const views = await laterViews(session, run, plan)
  const [first] = views
  if (!first) return null
  const madeBy = views.find((view) => view.madeBy !== null)?.madeBy ?? null
  const schemas = [...new Set(views.map(({ schema }) => schema))]
  const drops = schemas.map((schema) => `DROP SCHEMA ${ident(schema)} CASCADE;`).join(" ")
  return {
    code: "DEPENDENTS_EXIST",
    subject: run,
    message: `version views show what the undo takes away: ${firstFew(views.map(displayName), 5)}. They were made after this run's contract, and don't go with it`,
    hint:
      madeBy === null
        ? `Once no application uses them: ${drops} Then undo; \`sluice stamp --views\` makes those of the shape that is left.`
        : `Take that run back first (sluice undo ${madeBy}), or once no application uses them: ${drops}`,
  }
}

/** An undo drops columns or tables, or changes a type. The marker is in no view. */
function takesShapeAway({ steps, syncs }: Plan): boolean {
  const markers = syncs.map(({ marker }) => ident(marker).toString())
  return steps.some(({ undo }) => {
    const dropped = (undo ?? "").matchAll(/\bDROP COLUMN (?:IF EXISTS )?("(?:[^"]|"")+"|\w+)/gi)
    return (
      /\bDROP TABLE\b|\bALTER COLUMN\b[^;]*\bTYPE\b/i.test(undo ?? "") ||
      [...dropped].some(([, name = ""]) => !markers.includes(name))
    )
  })
}

async function laterViews(
  session: Session,
  run: string,
  { revisions, versions, relations }: Plan,
): Promise<readonly LaterView[]> {
  const [known] = await session.query<{ known: boolean }>(
    "SELECT to_regclass('sluice.version_schema') IS NOT NULL AS known",
  )
  if (known?.known !== true) return []
  return session.query<LaterView>(
    `WITH RECURSIVE later (id) AS (
       SELECT unnest($2::text[])
       UNION
       SELECT revision.id FROM sluice.revision AS revision JOIN later ON later.id = ANY (revision.parents)
     )
     SELECT DISTINCT v.name AS schema, c.relname::text AS name, nullif(revision.run, $1) AS "madeBy"
       FROM sluice.version_schema AS v
       JOIN later ON later.id = v.revision
       LEFT JOIN sluice.revision AS revision ON revision.id = v.revision
       JOIN pg_namespace AS n ON n.nspname = v.name
       JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relkind = 'v'
       JOIN pg_rewrite AS r ON r.ev_class = c.oid
       JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
                          AND d.refclassid = 'pg_class'::regclass
       JOIN pg_class AS base ON base.oid = d.refobjid
       JOIN pg_namespace AS b ON b.oid = base.relnamespace
      WHERE v.name <> ALL ($3)
        AND (b.nspname, base.relname) IN (SELECT * FROM unnest($4::text[], $5::text[]))
      ORDER BY 1, 2`,
    [
      run,
      revisions.map(({ id }) => id),
      versions.made.map(({ name }) => name),
      relations.map(({ schema }) => schema),
      relations.map(({ name }) => name),
    ],
  )
}
