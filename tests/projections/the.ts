import { assert } from "@effect/vitest"

/** The value, which a test takes to be there. */
export const the = <A>(value: A | null | undefined): A => {
  assert.isTrue(value != null, "it is there")
  // Asserted above; vitest's assertions do not narrow types.
  return value as A
}
