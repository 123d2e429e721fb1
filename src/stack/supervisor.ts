import { setTimeout as delay } from "node:timers/promises"
import type { Component } from "./component.ts"

/** A part of a stack that is to be kept running. */
export interface SupervisedPart {
  readonly name: string
  readonly component: Component
  readonly logFile: string
}

export interface SupervisorOptions {
  /** In the order in which they need each other: a worker is started again once the servers have been. */
  readonly parts: readonly SupervisedPart[]
  readonly say: (line: string) => void
  /** Told the names of the parts that stay dead, each time one more does. */
  readonly gaveUp: (names: readonly string[]) => void
  /** Told each time a part was started again, or was tried to. */
  readonly revived?: () => Promise<void>
  /** How long to wait before each try, in milliseconds; after one more death in a row it is given up. */
  readonly delaysMs?: readonly number[]
  /** Who has run for this long has not died in a row. Default a minute. */
  readonly steadyMs?: number
}

export interface Supervisor {
  /** A part has died. */
  look(): void
  /** Starts nothing any more, and waits for what is being started. */
  stop(): Promise<void>
}

const defaultDelaysMs = [500, 1_000, 2_000, 4_000]

/** Starts again what dies by itself, one part after the other. What was stopped or killed on purpose is left alone. */
export function supervise(options: SupervisorOptions): Supervisor {
  const { parts, say, gaveUp, revived, delaysMs = defaultDelaysMs, steadyMs = 60_000 } = options
  const end = new AbortController()
  const deaths = new Map<SupervisedPart, { inARow: number; startedAt: number }>()
  const given = new Set<SupervisedPart>()
  let round: Promise<void> | null = null

  const nextDead = (): SupervisedPart | undefined =>
    end.signal.aborted ? undefined : parts.find((part) => part.component.diedOf !== null && !given.has(part))

  async function attend(): Promise<void> {
    for (let part = nextDead(); part !== undefined; part = nextDead()) await revive(part)
  }

  async function revive(part: SupervisedPart): Promise<void> {
    const { name, component, logFile } = part
    const last = deaths.get(part)
    const inARow = last !== undefined && performance.now() - last.startedAt < steadyMs ? last.inARow + 1 : 1
    deaths.set(part, { inARow, startedAt: performance.now() })
    const wait = delaysMs[inARow - 1]
    if (wait === undefined) {
      given.add(part)
      say(`${name} has died ${inARow} times in a row and is left dead. Its log is ${logFile}.`)
      say("Once that is mended: sluice dev --detach starts everything anew.")
      gaveUp([...given].map((each) => each.name))
      return
    }
    say(`${name} has died (${component.diedOf}); it is started again in ${wait / 1000} s. Its log is ${logFile}.`)
    try {
      await delay(wait, undefined, { signal: end.signal })
      await component.start()
      say(`${name} runs again.`)
    } catch (error) {
      if (end.signal.aborted) return
      say(`${name} could not be started again: ${error instanceof Error ? error.message : String(error)}`)
    }
    deaths.set(part, { inARow, startedAt: performance.now() })
    await revived?.()
  }

  const look = (): void => {
    round ??= attend().finally(() => {
      round = null
      // Who died between the last look and this one.
      if (nextDead() !== undefined) look()
    })
  }
  look()
  return {
    look,
    async stop() {
      end.abort()
      await round
    },
  }
}
