/** `< 10`, `>= 3`, `= ok`, `!= 0`; without a sign, equality. Numbers compare as numbers where both are. */
export function meets(value: unknown, expectation: string): boolean {
  const [, sign = "=", wanted = ""] = /^\s*(<=|>=|!=|<>|<|>|=)?\s*(.*?)\s*$/s.exec(expectation) ?? []
  if (value === null || value === undefined) return false
  const text = String(value)
  const [left, right] = [Number(text), Number(wanted)]
  const numeric = text.trim() !== "" && wanted !== "" && !Number.isNaN(left) && !Number.isNaN(right)
  const order = numeric ? Math.sign(left - right) : text < wanted ? -1 : text > wanted ? 1 : 0
  switch (sign) {
    case "<":
      return order < 0
    case "<=":
      return order <= 0
    case ">":
      return order > 0
    case ">=":
      return order >= 0
    case "=":
      return order === 0
    default:
      return order !== 0
  }
}
