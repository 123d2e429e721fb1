/** The middle value; of an even number of values the mean of the two in the middle. Throws RangeError for none. */
export function median(values: readonly number[]): number {
  const sorted = ascending(values)
  const middle = sorted.length / 2
  return (at(sorted, Math.ceil(middle) - 1) + at(sorted, Math.floor(middle))) / 2
}

export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("no values")
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** A value and the bounds between which it lies with a confidence of 95%. */
export interface Interval {
  readonly low: number
  readonly middle: number
  readonly high: number
}

/**
 * The geometric mean of ratios with its 95% interval (Student's t over their logarithms): half and double are equally
 * far from one. Needs at least two ratios, all above 0.
 */
export function ratioInterval(ratios: readonly number[]): Interval {
  if (ratios.length < 2) throw new RangeError("an interval needs at least two values")
  const logs = ratios.map((ratio) => Math.log(ratio))
  const middle = mean(logs)
  const variance = logs.reduce((sum, log) => sum + (log - middle) ** 2, 0) / (logs.length - 1)
  const reach = studentT(logs.length - 1) * Math.sqrt(variance / logs.length)
  return { low: Math.exp(middle - reach), middle: Math.exp(middle), high: Math.exp(middle + reach) }
}

/** Two-sided 95% quantiles of Student's t for 1 to 30 degrees of freedom. */
const quantiles = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
]

function studentT(freedom: number): number {
  // Beyond the table the last one is a little too wide, which errs on the careful side.
  return at(quantiles, Math.min(freedom, quantiles.length) - 1)
}

function ascending(values: readonly number[]): readonly number[] {
  if (values.length === 0) throw new RangeError("no values")
  return values.toSorted((a, b) => a - b)
}

function at(values: readonly number[], index: number): number {
  const value = values[index]
  if (value === undefined) throw new RangeError(`no value at ${index}`)
  return value
}
