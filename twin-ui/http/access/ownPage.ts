/** The page of one's own account: who one is, what one sees, a new password, and the way out. Without any script. */
import * as Password from "../../../core/crypto/password.ts"
import * as Instant from "../../../core/kernel/Instant.ts"
import { escape } from "./loginPage.ts"

export interface Own {
  readonly name: string
  /** Roles and what they are on, in words; empty where nobody is asked for a login. */
  readonly sees: ReadonlyArray<string>
  readonly hasPassword: boolean
  /** Its own first. */
  readonly sessions: ReadonlyArray<{ readonly beganMs: number; readonly usedMs: number }>
  readonly said?: { readonly tone: "alert" | "status"; readonly text: string }
}

export const ownPage = ({
  hasPassword,
  name,
  said,
  sees,
  sessions,
}: Own): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Account ${escape(name)}</title>
<link rel="stylesheet" href="/login/style.css">
<main>
<h1>${escape(name)}</h1>
<p><a href="/">Back to the twin</a></p>
${said === undefined ? "" : `<p role="${said.tone}" id="said">${escape(said.text)}</p>`}
<dl>
<dt>may</dt><dd>${sees.length === 0 ? "nothing yet: ask whoever gives out permissions here" : sees.map(escape).join("<br>")}</dd>
<dt>logged in</dt><dd>${sessions.length === 0 ? "by a token" : sessions.map(({ beganMs, usedMs }, i) => `${i === 0 ? "here" : "elsewhere"}, since ${minute(beganMs)}, used ${minute(usedMs)}`).join("<br>")}</dd>
</dl>
${hasPassword ? passwordForm : "<p>This account has no password here.</p>"}
${
  sessions.length > 1
    ? `<form method="post" action="/account/sessions/end"><button type="submit" class="quiet">Log out everywhere else</button></form>`
    : ""
}
<form method="post" action="/logout"><button type="submit" class="quiet">Log out</button></form>
</main>
</html>
`

const passwordForm = `<h2>New password</h2>
<form method="post" action="/account/password">
<label for="current">Present password</label>
<input id="current" name="current" type="password" autocomplete="current-password" required>
<label for="password">New password, at least ${Password.passwordLengthMin} characters</label>
<input id="password" name="password" type="password" autocomplete="new-password" minlength="${Password.passwordLengthMin}" required>
<label for="again">The same again</label>
<input id="again" name="again" type="password" autocomplete="new-password" required>
<button type="submit">Set the new password</button>
</form>`

const minute = (ms: number): string => `${Instant.toIso(ms).slice(0, 16).replace("T", " ")} UTC`
