import { expect, test } from "vitest"
import { restoreList } from "../../src/backup/restore-list.ts"

const contents = `;
; Archive created at 2026-01-01 00:00:00 UTC
;
2; 3079 16388 EXTENSION - pgcrypto 
200; 1259 16390 TABLE public users postgres
3300; 0 16390 TABLE DATA public users postgres
3155; 2606 16401 FK CONSTRAINT public users users_team_fkey postgres
3156; 2606 16402 FK CONSTRAINT public orders FK CONSTRAINT 16401 postgres
3157; 3256 16403 POLICY public users own postgres
3158; 0 16390 ROW SECURITY public users postgres
3301; 0 16410 MATERIALIZED VIEW DATA public m postgres
3302; 3466 16411 EVENT TRIGGER - guard postgres
`

test("foreign keys are left out by their oid, and what proves nothing about rows", () => {
  const list = restoreList(contents, { foreignKeys: ["16401"], plain: false })
  expect(list.text.match(/^\d+/gm)).toEqual(["2", "200", "3300", "3156", "3157", "3158"])
  expect(list.notes).toEqual(["materialized views were not refreshed", "event triggers were left out"])
  expect(list.extensions).toEqual(["pgcrypto"])
})

test("a role that isn't superuser restores without row level security", () => {
  const list = restoreList(contents, { foreignKeys: [], plain: true })
  expect(list.text).not.toMatch(/POLICY|ROW SECURITY/)
  expect(list.text).toContain("users_team_fkey")
})

test("pg_stat_statements, which only a superuser may create, holds no rows and isn't needed", () => {
  const watched = contents.replace("200;", "3; 3079 16389 EXTENSION - pg_stat_statements \n200;")
  const plain = restoreList(watched, { foreignKeys: [], plain: true })
  expect(plain.extensions).toEqual(["pgcrypto"])
  expect(plain.notes).toContain("pg_stat_statements was left out")
  const superuser = restoreList(watched, { foreignKeys: [], plain: false })
  expect(superuser.extensions).toEqual(["pgcrypto", "pg_stat_statements"])
})
