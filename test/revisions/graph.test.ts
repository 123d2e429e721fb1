import { describe, expect, test } from "vitest"
import { SluiceError } from "../../src/domain/errors.ts"
import { buildGraph } from "../../src/revisions/graph.ts"
import type { RevisionGraph } from "../../src/revisions/graph.ts"
import type { Revision } from "../../src/revisions/revision.ts"

/** `a`, `b<a`, `m<b,c`: ids with their parents, in the order of file names. */
function graphOf(...texts: readonly string[]): RevisionGraph {
  return buildGraph(
    texts.map((text, index): Revision => {
      const [id = "", parents = ""] = text.split("<")
      return {
        id,
        parents: parents === "" ? [] : parents.split(","),
        title: id,
        operations: [],
        contentHash: id,
        file: `${String(index).padStart(4, "0")}_${id}.yaml`,
      }
    }),
  )
}

const ids = (revisions: readonly Revision[]): string => revisions.map(({ id }) => id).join(" ")
const codes = (graph: RevisionGraph): readonly string[] => graph.findings.map(({ code }) => code)

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof SluiceError) return error.code
  }
  return "none"
}

describe("a history with a merge", () => {
  const graph = graphOf("a", "b<a", "c<a", "m<b,c", "z<m")

  test("has one head and an order with parents first", () => {
    expect(graph.heads).toEqual(["z"])
    expect(graph.head().id).toBe("z")
    expect(ids(graph.order())).toBe("a b c m z")
  })

  test("pathTo tells what is missing, and nothing beside the way", () => {
    expect(ids(graph.pathTo("b", []))).toBe("a b")
    expect(ids(graph.pathTo("z", ["a", "b"]))).toBe("c m z")
    expect(ids(graph.pathTo("m", ["a", "b", "c", "m", "z"]))).toBe("")
  })

  test("unknownOf tells what the database has and the folder hasn't", () => {
    expect(graph.unknownOf(["a", "gone"])).toEqual(["gone"])
  })
})

test("the order follows parents even against file names", () => {
  expect(ids(graphOf("c<b", "b<a", "a").order())).toBe("a b c")
})

test("two heads are told where one is wanted, and are fine otherwise", () => {
  const graph = graphOf("a", "b<a", "c<a")
  expect(graph.findings).toEqual([])
  expect(graph.heads).toEqual(["b", "c"])
  expect(codeOf(() => graph.head())).toBe("SEVERAL_HEADS")
  expect(ids(graph.pathTo("c", []))).toBe("a c")
})

test("no revisions", () => {
  expect(codeOf(() => graphOf().head())).toBe("NO_REVISIONS")
})

test("a revision may be named by an unmistakable beginning; else the nearest name is told", () => {
  const graph = graphOf("0001_users", "0002_split<0001_users", "0002_spare<0002_split")
  expect(graph.find("0001").id).toBe("0001_users")
  expect(codeOf(() => graph.find("0002_sp"))).toBe("UNKNOWN_REVISION")
  expect(codeOf(() => graph.find(""))).toBe("UNKNOWN_REVISION")
  expect(() => graph.find("0002_sp")).toThrow("may be any of 0002_split, 0002_spare")
  // The id of one revision may begin that of another.
  expect(graphOf("a", "ab<a").find("a").id).toBe("a")
})

test.each([
  [["a<a"], ["REVISION_CYCLE"]],
  [["a<b", "b<a"], ["REVISION_CYCLE"]],
  [["a", "b<a,d", "c<b", "d<c", "e<d"], ["REVISION_CYCLE"]],
  [
    ["a<b", "b<a", "c<d", "d<c"],
    ["REVISION_CYCLE", "REVISION_CYCLE"],
  ],
  [["a", "b<nobody"], ["MISSING_PARENT"]],
  [["a", "a"], ["DUPLICATE_REVISION"]],
])("%j is told, and stops every question about order", (texts, expected) => {
  const graph = graphOf(...texts)
  expect(codes(graph)).toEqual(expected)
  expect(codeOf(() => graph.order())).toBe(expected[0])
  expect(codeOf(() => graph.pathTo("a", []))).toBe(expected[0])
})

test("a cycle is told with its members, a missing parent with the nearest name", () => {
  expect(graphOf("a<c", "b<a", "c<b").findings[0]?.message).toContain("a, c, b, a")
  expect(graphOf("0001_users", "b<0001_user").findings[0]?.hint).toBe("Did you mean 0001_users?")
})

test("a long history needs no deep stack", () => {
  const texts = Array.from({ length: 20_000 }, (_, index) => (index === 0 ? "r0" : `r${index}<r${index - 1}`))
  const graph = graphOf(...texts.toReversed())
  expect(graph.findings).toEqual([])
  expect(graph.pathTo("r19999", []).length).toBe(20_000)
})
