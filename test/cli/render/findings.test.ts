import { expect, test } from "vitest"
import { lookOf } from "../../../src/cli/render/look.ts"
import { renderFindings } from "../../../src/cli/render/findings.ts"
import type { Finding } from "../../../src/domain/finding.ts"

const plain = lookOf({ isTTY: false, columns: undefined }, {})
const common = { code: "BINDS", severity: "warning", file: "0003_rules.yaml", message: "It binds everybody" } as const

const shown = (...findings: readonly Finding[]): readonly string[] => renderFindings(findings, plain).split("\n")

test("a finding names the file's line and what it is about", () => {
  expect(shown({ ...common, line: 7, subject: "public.people.email", hint: "Look." })).toEqual([
    "warning 0003_rules.yaml:7: public.people.email: It binds everybody BINDS",
    "  hint: Look.",
  ])
})

test("what the message says already, and a file as its own subject, stand there once", () => {
  expect(shown({ ...common, subject: "people", message: "people is bound" })).toEqual([
    "warning 0003_rules.yaml: people is bound BINDS",
  ])
  expect(shown({ ...common, subject: common.file })).toEqual(["warning 0003_rules.yaml: It binds everybody BINDS"])
})

test("what is said of several things is said once, with each of them", () => {
  const hint = "Look."
  const other = { code: "OTHER", severity: "error", subject: "x", message: "no" } as const
  expect(
    shown(
      { ...common, hint, line: 4, subject: "public.people.email" },
      { ...common, hint: "Another.", line: 5, subject: "public.people.name" },
      { ...common, hint, line: 9, subject: "public.people.phone" },
      { ...common, hint, line: 9, subject: "public.people.phone" },
      other,
    ),
  ).toEqual([
    "error x: no OTHER",
    "warning It binds everybody BINDS",
    "  0003_rules.yaml:4: public.people.email",
    "  0003_rules.yaml:9: public.people.phone",
    "  hint: Look.",
    "warning 0003_rules.yaml:5: public.people.name: It binds everybody BINDS",
    "  hint: Another.",
  ])
})
