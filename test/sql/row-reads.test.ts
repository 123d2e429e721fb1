import { expect, test } from "vitest"
import { columnsReadOfRow } from "../../src/sql/row-reads.ts"

test("columns that a function names of the row are found, as PostgreSQL reads their names", () => {
  expect(columnsReadOfRow(`BEGIN NEW.Name := upper(old . "Full ""Name"); RETURN new; END`)).toEqual([
    'Full "Name',
    "name",
  ])
  expect(columnsReadOfRow("IF NEW.größe_2 IS NULL THEN NEW.größe_2 := 1; END IF")).toEqual(["größe_2"])
})

test("what stands in a text or a comment, or is of something else, isn't", () => {
  expect(
    columnsReadOfRow(`-- NEW.a
      /* OLD.b */ RAISE NOTICE 'NEW.c'; PERFORM renew.d, threshold.e, NEW.*; RETURN NEW`),
  ).toEqual([])
})
