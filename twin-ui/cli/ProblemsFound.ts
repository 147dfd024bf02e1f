/**
 * A command did its work and found problems: it has already said which, and the program ends with
 * exit code 1.
 */
import * as Schema from "effect/Schema"

export class ProblemsFound extends Schema.TaggedError<ProblemsFound>()("ProblemsFound", {
  /** One line, as `3 of 573 vectors failed`. */
  summary: Schema.String,
}) {
  override get message(): string {
    return this.summary
  }
}
