/** Says at the top who is logged in and, where that is so, that a part of the twin is all they see; leads to their account. */
import * as Schema from "effect/Schema"
import { ask } from "../data/ask.ts"

const Me = Schema.Struct({
  name: Schema.String,
  whole: Schema.Boolean,
  sees: Schema.Array(Schema.String),
})

/** Who needs no login has no account either. */
const local = "local"

export const bindAccount = (link: HTMLAnchorElement): void => {
  ask(Me, "/api/me").subscribe((asked) => {
    if (asked._tag !== "answer" || asked.answer.name === local) return
    const { name, sees, whole } = asked.answer
    link.textContent = whole ? name : `${name} · sees a part`
    link.title = [`Your account: ${name}`, ...sees].join("\n")
    link.hidden = false
  })
}
