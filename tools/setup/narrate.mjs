/** Tells what set-up does and how long it takes, on stderr: stdout belongs to the command that follows. */

let quiet = false

/** From now on only what goes wrong is told. */
export function beQuiet() {
  quiet = true
}

export function say(line) {
  if (!quiet) process.stderr.write(`${line}\n`)
}

/**
 * Does one part of the set-up. `about` is how long it takes on an ordinary machine, for parts that one would else
 * believe to hang; they also give a sign of life every half minute.
 */
export async function part(name, about, work) {
  const began = Date.now()
  say(about === null ? `${name} …` : `${name} (about ${about}) …`)
  const alive = setInterval(() => say(`  … still at it after ${seconds(began)}`), 30_000)
  try {
    const result = await work()
    say(`  done in ${seconds(began)}`)
    return result
  } finally {
    clearInterval(alive)
  }
}

function seconds(began) {
  return `${((Date.now() - began) / 1000).toFixed(1)} s`
}

/** What stops the set-up and what a person can do about it. Shown without a stack. */
export class SetupError extends Error {}
