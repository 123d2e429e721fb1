import { codeOf, importsOf, resolveImport } from "./source-file.ts"
import type { Import, SourceFile } from "./source-file.ts"

/** The pure rooms by floor: each may use those of its own floor and of the floors below. */
const pureFloors: readonly (readonly string[])[] = [
  ["sql", "domain"],
  ["catalog"],
  ["operations", "lint", "revisions"],
  ["planner", "recovery", "report"],
]

/** Rooms that touch the world and know nothing of Temporal. */
const ioRooms = ["config", "postgres", "execution", "backup", "traffic", "ledger", "identity", "health", "stack"]

/** What is above all of them. */
const upstairs = ["src/app/", "src/cli/", "src/web/", "src/worker/", "src/demo/", "workflows/", "activities/"]

const purePackages = ["zod", "yaml", "libpg-query"]

/** Clock, chance and the process: what makes the same input give another answer. */
const impure =
  /\b(Date\.now|Math\.random|performance\.now|process\.|setTimeout|setInterval|setImmediate|fetch\(|randomBytes|randomUUID|crypto\.getRandomValues)|\bnew Date\(\)/

/** One breach of the house's rules: `path:line: what`. */
export type Breach = string

/** Everything in these files that breaks the floors of docs/architecture.md. */
export function breaches(files: readonly SourceFile[]): readonly Breach[] {
  const imported = new Map(files.map((file) => [file.path, importsOf(file.text)]))
  return [
    ...files.flatMap((file) => (imported.get(file.path) ?? []).flatMap((each) => judge(file.path, each))),
    ...files.flatMap(impureCalls),
    ...workflowClosure(imported),
  ]
}

function judge(path: string, each: Import): readonly Breach[] {
  const target = resolveImport(path, each.specifier)
  const breach = (what: string): readonly Breach[] => [`${path}:${each.line}: ${what}`]
  const room = roomOf(path)
  const floor = pureFloors.findIndex((rooms) => rooms.includes(room))
  if (floor >= 0) {
    if (target === null) return isPurePackage(each) ? [] : breach(`a pure room imports ${each.specifier}`)
    const below = pureFloors.slice(0, floor + 1).flat()
    return below.includes(roomOf(target)) ? [] : breach(`${room} imports ${target}, which is not below it`)
  }
  if (ioRooms.includes(room)) {
    // Its variables and profiles say where Temporal is; nothing is called with it.
    const isAddressBook = room === "config" && each.specifier === "@temporalio/envconfig"
    if (each.specifier.startsWith("@temporalio/") && !isAddressBook) return breach(`${room} imports ${each.specifier}`)
    const isUp = target !== null && upstairs.some((prefix) => target.startsWith(prefix))
    return isUp ? breach(`${room} imports ${target}, which is above it`) : []
  }
  if (path.startsWith("workflows/"))
    return inWorkflow(target, each) ? [] : breach(`a workflow imports ${each.specifier}`)
  if (path.startsWith("activities/"))
    return inActivity(target, each) ? [] : breach(`an activity imports ${each.specifier}`)
  if (room === "cli" || room === "web")
    return inDoor(path, target, each) ? [] : breach(`${room} imports ${each.specifier}`)
  if (room === "app") {
    const closed = ["src/cli/", "src/web/", "src/demo/", ...(each.typeOnly ? [] : ["src/worker/", "activities/"])]
    return closed.some((prefix) => target?.startsWith(prefix)) ? breach(`app imports ${target}`) : []
  }
  return []
}

function isPurePackage(each: Import): boolean {
  if (each.specifier === "node:crypto")
    return each.names.every((name) => name === "createHash") && each.names.length > 0
  return purePackages.includes(each.specifier)
}

function inWorkflow(target: string | null, each: Import): boolean {
  if (target === null) return ["@temporalio/workflow", "@temporalio/common"].includes(each.specifier)
  return (
    target.startsWith("workflows/") ||
    target.startsWith("src/domain/") ||
    (each.typeOnly && target.startsWith("activities/"))
  )
}

/** Activities hand over to the rooms below; they open no connection, file or process themselves. */
function inActivity(target: string | null, each: Import): boolean {
  if (target === null) return ["@temporalio/activity", "@temporalio/common"].includes(each.specifier)
  const closed = ["src/app/", "src/cli/", "src/web/", "src/worker/", "src/demo/", "src/stack/", "workflows/"]
  return !closed.some((prefix) => target.startsWith(prefix))
}

/** `cli` and `web` parse, call `app`, render. */
function inDoor(path: string, target: string | null, each: Import): boolean {
  if (target === null) return !each.specifier.startsWith("@temporalio/") && each.specifier !== "pg"
  if (each.typeOnly && !target.startsWith("activities/") && !target.startsWith("workflows/")) return true
  const open = [
    `src/${roomOf(path)}/`,
    "src/app/",
    "src/domain/",
    "src/stack/",
    "src/config/config.ts",
    "src/config/folder.ts",
  ]
  // Two verbs are doors to a whole program of their own.
  if (path === "src/cli/commands/worker.ts") open.push("src/worker/", "src/config/")
  if (path === "src/cli/commands/demo.ts") open.push("src/demo/")
  return open.some((prefix) => target.startsWith(prefix))
}

/** Clock, chance and environment in a pure room. */
function impureCalls(file: SourceFile): readonly Breach[] {
  if (!pureFloors.flat().includes(roomOf(file.path))) return []
  return codeOf(file.text)
    .split("\n")
    .flatMap((line, index) => {
      const found = impure.exec(line)?.[0]
      return found === undefined ? [] : [`${file.path}:${index + 1}: a pure room uses ${found}`]
    })
}

/** What a workflow's files pull in at run time must be free of Node, however far down it lies. */
function workflowClosure(imported: ReadonlyMap<string, readonly Import[]>): readonly Breach[] {
  const found: Breach[] = []
  const seen = new Set<string>()
  const queue = [...imported.keys()].filter((path) => path.startsWith("workflows/"))
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (seen.has(path)) continue
    seen.add(path)
    for (const each of imported.get(path) ?? []) {
      if (each.typeOnly) continue
      const target = resolveImport(path, each.specifier)
      if (target !== null) queue.push(target)
      else if (each.specifier.startsWith("node:") || ["pg", "yaml", "libpg-query"].includes(each.specifier)) {
        found.push(`${path}:${each.line}: a workflow's bundle would hold ${each.specifier}`)
      }
    }
  }
  return found
}

function roomOf(path: string): string {
  return /^src\/([^/]+)\//.exec(path)?.[1] ?? ""
}
