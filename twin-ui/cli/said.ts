/** A member of a body, where its flag was given. */
import * as Option from "effect/Option"

export const said = <Value>(
  name: string,
  value: Option.Option<Value>,
): Readonly<Record<string, Value>> => (Option.isSome(value) ? { [name]: value.value } : {})
