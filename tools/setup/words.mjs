/** Something that a person has to mend; the message says how. */
export class Problem extends Error {}

/** One line on stderr: results belong to stdout. */
export function say(line) {
  process.stderr.write(`${line}\n`)
}
