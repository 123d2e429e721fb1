/** What each side took, or reached, in one round. */
export type Round<Side extends string> = Readonly<Record<Side, number>>

/**
 * Measures all sides right after each other, round by round, so that what else the machine does meets all of them.
 * Each round begins with another side, so that none always comes first.
 */
export async function inTurns<Side extends string>(
  rounds: number,
  sides: Readonly<Record<Side, () => Promise<number>>>,
): Promise<readonly Round<Side>[]> {
  const names = Object.keys(sides) as Side[]
  const done: Round<Side>[] = []
  for (let round = 0; round < rounds; round += 1) {
    const first = round % names.length
    const values = {} as Record<Side, number>
    for (const name of [...names.slice(first), ...names.slice(0, first)]) values[name] = await sides[name]()
    done.push(values)
  }
  return done
}

/** One side's values, round by round. */
export function valuesOf<Side extends string>(rounds: readonly Round<Side>[], side: Side): readonly number[] {
  return rounds.map((round) => round[side])
}

/** The ratio of two sides within each round. */
export function ratios<Side extends string>(
  rounds: readonly Round<Side>[],
  above: Side,
  below: Side,
): readonly number[] {
  return rounds.map((round) => round[above] / round[below])
}
