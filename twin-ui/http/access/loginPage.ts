/** The page where people say who they are: a form, without any script. */

/** Where a login leads: a path of this server and nothing else, or `//evil.example` would be one. */
export const nextOf = (text: string | null | undefined): string =>
  text != null && /^\/(?![/\\])[!-~]*$/.test(text) && text.length <= 2_048 ? text : "/"

export const loginPage = (given: {
  readonly next: string
  readonly oidc: boolean
  /** What was wrong with the last try. */
  readonly wrong?: string
  /** Typed before. */
  readonly account?: string
}): string => {
  const next = escape(given.next)
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Log in to sigtwin</title>
<link rel="stylesheet" href="/login/style.css">
<main>
<h1>sigtwin</h1>
<p>A digital twin of a Sigfox network's security chain.</p>
${given.wrong === undefined ? "" : `<p role="alert" id="wrong">${escape(given.wrong)}</p>`}
<form method="post" action="/login">
<input type="hidden" name="next" value="${next}">
<label for="account">Account</label>
<input id="account" name="account" autocomplete="username" autocapitalize="none" spellcheck="false" required value="${escape(given.account ?? "")}"${given.account === undefined ? " autofocus" : ""}${given.wrong === undefined ? "" : ' aria-describedby="wrong"'}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required${given.account === undefined ? "" : " autofocus"}>
<button type="submit">Log in</button>
</form>
${given.oidc ? `<p><a class="button" href="/login/oidc?next=${encodeURIComponent(given.next)}">Log in with your organization</a></p>` : ""}
</main>
</html>
`
}

/** After a login elsewhere: a strict cookie is not sent on the way back, but from this page on it is. */
export const goOnPage = (next: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="refresh" content="0;url=${escape(next)}">
<title>Logged in</title>
<p><a href="${escape(next)}">Go on</a></p>
</html>
`

export const loginStyle = `
:root { color-scheme: light dark; --text: #16202c; --soft: #55606e; --back: #f6f7f9; --box: #fff; --line: #c3cad3; --accent: #0a66a8; --on-accent: #fff; --wrong: #a62c0c }
@media (prefers-color-scheme: dark) { :root { --text: #e6ebf1; --soft: #9aa7b5; --back: #0d141c; --box: #151f2a; --line: #3a4756; --accent: #56b4e9; --on-accent: #06121c; --wrong: #ff9a70 } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--back); color: var(--text); font: 16px/1.5 system-ui, sans-serif }
main { width: min(24rem, calc(100vw - 2rem)); padding: 2rem; background: var(--box); border: 1px solid var(--line); border-radius: 0.5rem }
h1 { margin: 0; font-size: 1.5rem; letter-spacing: 0.01em }
p { margin: 0.25rem 0 1rem; color: var(--soft) }
[role=alert] { color: var(--wrong); font-weight: 600 }
label { display: block; margin-top: 1rem; font-weight: 600 }
input:not([type=hidden]) { width: 100%; padding: 0.5rem 0.75rem; font: inherit; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: 0.375rem }
button, .button { display: block; width: 100%; margin-top: 1.5rem; padding: 0.6rem; font: inherit; font-weight: 600; text-align: center; text-decoration: none; color: var(--on-accent); background: var(--accent); border: 1px solid var(--accent); border-radius: 0.375rem; cursor: pointer }
.button, button.quiet { color: var(--accent); background: transparent }
dl { display: grid; grid-template-columns: auto 1fr; gap: 0.25rem 1rem; margin: 1rem 0 }
dt { color: var(--soft) }
dd { margin: 0; overflow-wrap: anywhere }
h2 { margin: 2rem 0 0; font-size: 1.1rem }
[role=status] { color: var(--accent); font-weight: 600 }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
`

export const escape = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
