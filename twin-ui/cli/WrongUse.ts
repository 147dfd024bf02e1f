/** A command was called in a way it cannot work with: the program says so and ends with exit code 2. */
import * as Schema from "effect/Schema"

export class WrongUse extends Schema.TaggedError<WrongUse>()("WrongUse", {
  /** A sentence that says what to give instead. */
  detail: Schema.String,
}) {
  override get message(): string {
    return this.detail
  }
}
