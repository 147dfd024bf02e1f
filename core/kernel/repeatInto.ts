/**
 * Fills `target` up to `end` with the first `length` bytes of `source`, again and again.
 *
 * `source` may be longer than `length`; what lies behind it is not read.
 */
export const repeatInto = (
  target: Uint8Array,
  end: number,
  source: Uint8Array,
  length: number,
): void => {
  let from = 0
  for (let i = 0; i < end; i++) {
    target[i] = source[from]
    from = from + 1 === length ? 0 : from + 1
  }
}
