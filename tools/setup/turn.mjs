import { existsSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { say } from "./narrate.mjs"

const signOfLifeMs = 2_000
const deadAfterMs = 15_000

/** Does the work while nobody else does it with the same file: two set-ups at once wait for each other. */
export async function takeTurn(file, work) {
  mkdirSync(dirname(file), { recursive: true })
  let told = false
  while (!tryToTake(file)) {
    if (!told) say(`Waiting for another set-up (process ${holderOf(file) ?? "?"}) …`)
    told = true
    await delay(200)
  }
  const alive = setInterval(() => {
    // Somebody may have thought us dead, after a laptop's sleep for instance.
    if (existsSync(file)) utimesSync(file, new Date(), new Date())
  }, signOfLifeMs)
  try {
    return await work()
  } finally {
    clearInterval(alive)
    rmSync(file, { force: true })
  }
}

function tryToTake(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" })
    return true
  } catch (error) {
    if (error.code !== "EEXIST") throw error
    // Whoever was killed gives no more signs of life.
    const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (age > deadAfterMs || isGone(holderOf(file))) rmSync(file, { force: true })
    return false
  }
}

function holderOf(file) {
  try {
    return Number(readFileSync(file, "utf8")) || null
  } catch {
    return null
  }
}

function isGone(pid) {
  if (pid === null) return false
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return error.code === "ESRCH"
  }
}
