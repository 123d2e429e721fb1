import { expect, test } from "vitest"
import { byFileName, nextFileName, slugOf, stemOf, titleOf } from "../../src/revisions/file-name.ts"

test.each([
  ["Split users.name", "split_users_name"],
  ["  Größe & Maß!  ", "grosse_mass"],
  ["Élan vital", "elan_vital"],
  ["../../etc/passwd", "etc_passwd"],
  ["名前を分ける", "change"],
  ["", "change"],
  ["😀", "change"],
  ["x".repeat(80), "x".repeat(50)],
])("%j becomes a part of a file's name", (title, slug) => expect(slugOf(title)).toBe(slug))

test.each([
  [[], "0001_x.yaml"],
  [["0001_a.yaml", "0002_b.up.sql", "0002_b.down.sql", "9_old.txt"], "0003_x.yaml"],
  [["0099_a.yaml", "README.md"], "0100_x.yaml"],
  [["9999_a.yaml"], "10000_x.yaml"],
  [["1_a.yml"], "0002_x.yaml"],
  [["20240131120000_a.yaml"], "20240131120001_x.yaml"],
  [["first.yaml"], "0001_x.yaml"],
])("after %j comes %s", (taken, expected) => expect(nextFileName(taken, "x")).toBe(expected))

test("names are ordered by their number, then by character", () => {
  expect(["10_a", "b", "9_z", "0009_a", "a"].toSorted(byFileName)).toEqual(["0009_a", "9_z", "10_a", "a", "b"])
})

test("stem and title", () => {
  expect(stemOf("0001_a.b.up.sql")).toBe("0001_a.b")
  expect(stemOf(".yaml")).toBeNull()
  expect(stemOf("0001_a.sql")).toBeNull()
  expect(titleOf("0004_split-name")).toBe("Split name")
  expect(titleOf("0004")).toBe("0004")
})
