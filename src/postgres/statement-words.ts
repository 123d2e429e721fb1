const longestWords = 3
const word =
  /^\s*((?:[\p{L}_][\p{L}\p{N}_$]*|"(?:[^"]|"")*")(?:\.(?:[\p{L}_][\p{L}\p{N}_$]*|"(?:[^"]|"")*"))*:?)(?=[\s(;,=]|$)/u
const comment = /^\s*(?:--[^\n]*(?:\n|$)|\/\*.*?\*\/)/s

/**
 * The first words of a statement, enough to recognise it: `UPDATE public.users SET`. It ends before anything that
 * could be a value, and before a fourth word, because `SET a.b TO secret` has a value as its fourth. Works on texts
 * that the server has cut off, which no parser takes. Null where not even one word is safe.
 */
export function statementWords(query: string | null): string | null {
  let rest = query ?? ""
  while (comment.test(rest)) rest = rest.replace(comment, "")
  const words: string[] = []
  while (words.length < longestWords) {
    const match = word.exec(rest)
    if (!match?.[1]) break
    words.push(match[1])
    rest = rest.slice(match[0].length)
  }
  return words.length === 0 ? null : words.join(" ")
}
