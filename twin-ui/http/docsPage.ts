/**
 * The page of documents: the OpenAPI document for people. Plain HTML, no script, nothing from elsewhere.
 */
import { pathOf, problemsOf } from "./openapi.ts"
import type { Parameter } from "./Parameter.ts"
import * as Problem from "./Problem.ts"
import type { Route } from "./Route.ts"

export const make = (routes: ReadonlyArray<Route>, version: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>sigtwin: HTTP interface</title>
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<header>
<h1>sigtwin ${escape(version)}: HTTP interface</h1>
<p>The same as a machine reads it: <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1). The picture: <a href="/">the page</a>.</p>
</header>
<nav>${tagsOf(routes)
  .map((tag) => `<a href="#${tag}">${tag}</a>`)
  .join(" ")} <a href="#problems">problems</a></nav>
<main>
${tagsOf(routes)
  .map((tag) => section(tag, routes))
  .join("\n")}
<section id="problems">
<h2>problems</h2>
<p>Errors are <code>application/problem+json</code> (RFC 9457): <code>type</code>, <code>title</code>, <code>status</code>, <code>detail</code>, and <code>where</code> it is. The types:</p>
<dl>
${Object.entries(Problem.kinds)
  .map(
    ([kind, [status, title, meaning]]) =>
      `<dt id="problem-${kind}">${status} ${escape(title)} <code>${kind}</code></dt><dd>${escape(meaning)}</dd>`,
  )
  .join("\n")}
</dl>
</section>
</main>
</body>
</html>
`

/** Colours follow the reader's setting for light or dark. */
export const style = `:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent) }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
code { font-family: ui-monospace, monospace; font-size: 0.92em }
nav { position: sticky; top: 0; padding: 0.5rem 0; background: Canvas; border-bottom: 1px solid var(--line) }
nav a { margin-right: 1rem }
article { border-top: 1px solid var(--line); padding: 0.5rem 0 }
h3 { margin: 0.5rem 0; font-size: 1rem }
table { border-collapse: collapse; width: 100% }
td, th { text-align: left; vertical-align: top; padding: 0.25rem 0.75rem 0.25rem 0; font-weight: normal }
dt { margin-top: 0.75rem; font-weight: 600 }
:target { outline: 2px solid; outline-offset: 4px }
`

const tagsOf = (routes: ReadonlyArray<Route>): ReadonlyArray<Route["tag"]> => [
  ...new Set(routes.map(({ tag }) => tag)),
]

const section = (tag: Route["tag"], routes: ReadonlyArray<Route>): string => `<section id="${tag}">
<h2>${tag}</h2>
${routes
  .filter((route) => route.tag === tag)
  .map(article)
  .join("\n")}
</section>`

const article = (route: Route): string => `<article id="${escape(route.operation)}">
<h3><code>${route.method} ${escape(pathOf(route))}</code></h3>
<p>${escape(route.summary)}.</p>
${route.description === undefined ? "" : `<p>${code(route.description)}</p>`}
<table>
${Object.entries(route.params)
  .map(([name, parameter]) => parameterRow("path", name, parameter))
  .join("")}${Object.entries(route.query)
  .map(([name, parameter]) => parameterRow("query", name, parameter))
  .join("")}${
  route.body === undefined
    ? ""
    : row(
        "body",
        `${code(route.body.description)} ${route.body.contentTypes.map((type) => `<code>${escape(type)}</code>`).join(", ")}`,
      )
}${Object.entries(route.answers)
  .map(([status, answer]) =>
    row(
      status,
      `${code(answer.description)}${answer.contentType === undefined ? "" : ` <code>${escape(answer.contentType)}</code>`}`,
    ),
  )
  .join("")}${row(
  "problems",
  problemsOf(route)
    .map((kind) => `<a href="#problem-${kind}">${kind}</a>`)
    .join(", "),
)}</table>
</article>`

const parameterRow = (place: string, name: string, parameter: Parameter<unknown>): string =>
  row(
    `${place} <code>${escape(name)}</code>`,
    `${code(parameter.description)} <em>${escape(parameter.form)}</em>`,
  )

const row = (head: string, cell: string): string => `<tr><th>${head}</th><td>${cell}</td></tr>\n`

const escape = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

/** Text with its backticked parts as code. */
const code = (text: string): string => escape(text).replace(/`([^`]+)`/g, "<code>$1</code>")
