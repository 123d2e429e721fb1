/** Whether a default takes its values from a sequence, as that of a serial column does. */
export function drawsFromSequence(text: string): boolean {
  return /\bnextval\(/.test(text)
}
