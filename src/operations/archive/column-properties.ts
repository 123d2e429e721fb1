import { indexSettings } from "../../sql/index-settings.ts"
import { join, literal, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { regclass } from "../observe.ts"
import { doBlock } from "../sync/dollar-quoted.ts"
import type { Archive } from "./archive.ts"

/**
 * What a column has besides its values and would lose by being dropped: grants, statistics target, storage,
 * compression, options, comment and extended statistics; of its indexes, comment, statistics targets and CLUSTER. Only
 * the moment of the drop knows them all, so they are written down then, as the statements that bring them back, in the
 * comment of the archive.
 */
export function rememberProperties(archive: Archive): Sql {
  const { relation, place, columns } = archive
  const names = join(columns.map(({ hiding }) => literal(hiding.hidden)))
  return doBlock(sql`
DECLARE
  of_columns jsonb;
  of_indexes jsonb;
BEGIN
  WITH hidden AS (
    SELECT a.*, a.attrelid::regclass::text AS owner, t.typstorage
      FROM (SELECT ${regclass(relation)} AS relid UNION SELECT relid FROM pg_partition_tree(${regclass(relation)})) AS tree
      JOIN pg_attribute AS a ON a.attrelid = tree.relid
      JOIN pg_type AS t      ON t.oid = a.atttypid
     WHERE a.attname IN (${names}) AND NOT a.attisdropped
  ), using_it AS (
    SELECT DISTINCT d.classid, d.objid
      FROM hidden AS h
      JOIN pg_depend AS d
        ON d.refclassid = 'pg_class'::regclass AND d.refobjid = h.attrelid AND d.refobjsubid = h.attnum
  ), again (turn, statement) AS (
    SELECT acl.turn, format('GRANT %s (%I) ON TABLE %s TO %s%s', acl.privilege_type, h.attname, h.owner,
                  CASE WHEN acl.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(r.rolname) END,
                  CASE WHEN acl.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
      FROM hidden AS h
     CROSS JOIN aclexplode(h.attacl) WITH ORDINALITY AS acl (grantor, grantee, privilege_type, is_grantable, turn)
      LEFT JOIN pg_roles AS r ON r.oid = acl.grantee
     WHERE acl.grantee = 0 OR r.oid IS NOT NULL
    UNION ALL
    SELECT 0, format('ALTER TABLE ONLY %s ALTER COLUMN %I SET STATISTICS %s', h.owner, h.attname, h.attstattarget)
      FROM hidden AS h WHERE h.attstattarget >= 0
    UNION ALL
    SELECT 0, format('ALTER TABLE ONLY %s ALTER COLUMN %I SET STORAGE %s', h.owner, h.attname,
                  CASE h.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END)
      FROM hidden AS h WHERE h.attstorage <> h.typstorage
    UNION ALL
    SELECT 0, format('ALTER TABLE ONLY %s ALTER COLUMN %I SET COMPRESSION %s', h.owner, h.attname,
                  CASE h.attcompression WHEN 'l' THEN 'lz4' ELSE 'pglz' END)
      FROM hidden AS h WHERE h.attcompression <> ''
    UNION ALL
    SELECT 0, format('ALTER TABLE ONLY %s ALTER COLUMN %I SET (%s)', h.owner, h.attname, array_to_string(h.attoptions, ', '))
      FROM hidden AS h WHERE h.attoptions IS NOT NULL
    UNION ALL
    SELECT 0, format('COMMENT ON COLUMN %s.%I IS %L', h.owner, h.attname, col_description(h.attrelid, h.attnum))
      FROM hidden AS h WHERE col_description(h.attrelid, h.attnum) IS NOT NULL
    UNION ALL
    SELECT 0, pg_get_statisticsobjdef(u.objid)
      FROM using_it AS u WHERE u.classid = 'pg_statistic_ext'::regclass
    UNION ALL
    SELECT 1, format('COMMENT ON STATISTICS %I.%I IS %L', n.nspname, s.stxname, obj_description(s.oid, 'pg_statistic_ext'))
      FROM using_it AS u
      JOIN pg_statistic_ext AS s ON u.classid = 'pg_statistic_ext'::regclass AND s.oid = u.objid
      JOIN pg_namespace AS n     ON n.oid = s.stxnamespace
     WHERE obj_description(s.oid, 'pg_statistic_ext') IS NOT NULL
  ), again_of_indexes (statement) AS (
    SELECT format('COMMENT ON INDEX %s IS %L', u.objid::regclass, obj_description(u.objid, 'pg_class'))
      FROM using_it AS u JOIN pg_index AS x ON u.classid = 'pg_class'::regclass AND x.indexrelid = u.objid
     WHERE obj_description(u.objid, 'pg_class') IS NOT NULL
    UNION ALL
    SELECT format('ALTER INDEX %s ALTER %s', u.objid::regclass, setting)
      FROM using_it AS u
      JOIN pg_index AS x ON u.classid = 'pg_class'::regclass AND x.indexrelid = u.objid
     CROSS JOIN unnest(${indexSettings}) AS setting
    UNION ALL
    SELECT format('ALTER TABLE %s CLUSTER ON %I', x.indrelid::regclass, c.relname)
      FROM using_it AS u
      JOIN pg_index AS x ON u.classid = 'pg_class'::regclass AND x.indexrelid = u.objid
      JOIN pg_class AS c ON c.oid = u.objid
     WHERE x.indisclustered
  )
  SELECT (SELECT jsonb_agg(statement ORDER BY turn, statement) FROM again),
         (SELECT jsonb_agg(statement ORDER BY statement) FROM again_of_indexes)
    INTO of_columns, of_indexes;
  EXECUTE format('COMMENT ON TABLE %s IS %L', ${regclass(place)}, jsonb_build_object('columns', of_columns, 'indexes', of_indexes));
END
`)
}

/** Runs what was written down. A role, partition or type that is gone since needs nothing any more. */
export function restoreProperties({ place }: Pick<Archive, "place">, what: "columns" | "indexes"): Sql {
  return doBlock(sql`
DECLARE
  statement text;
BEGIN
  FOR statement IN
    SELECT jsonb_array_elements_text(nullif(kept.comment::jsonb -> ${literal(what)}, 'null'))
      FROM obj_description(${regclass(place)}, 'pg_class') AS kept (comment)
  LOOP
    BEGIN
      EXECUTE statement;
    EXCEPTION WHEN undefined_object OR undefined_table OR undefined_column THEN
      NULL;
    END;
  END LOOP;
END
`)
}
