/**
 * Texts with variables in braces, as the backend's callbacks have them: `{"device":"{device}","rssi":{rssi}}`.
 *
 * What is filled in cannot break out of its place: in JSON it is escaped as JSON, in a URL or form percent-encoded, and in a
 * header or plain text control characters are left out. A variable without a value is empty, or `null` in JSON.
 */
export type Value = string | number | boolean | null | ReadonlyArray<unknown> | object

export type Variables = Readonly<Record<string, Value | undefined>>

export type Form = "json" | "url" | "plain"

export interface Template {
  readonly texts: ReadonlyArray<string>
  /** One between each two texts. */
  readonly names: ReadonlyArray<string>
  /** In JSON: whether the variable stands within quotes. */
  readonly quoted: ReadonlyArray<boolean>
}

const variable = /\{([A-Za-z][A-Za-z0-9]*)\}/

export const parse = (text: string): Template => {
  const parts = text.split(new RegExp(variable, "g"))
  const texts = parts.filter((_, i) => i % 2 === 0)
  let isQuoted = false
  const quoted = texts.slice(0, -1).map((each) => {
    isQuoted = quotesToggled(each, isQuoted)
    return isQuoted
  })
  return { texts, names: parts.filter((_, i) => i % 2 === 1), quoted }
}

export const render = (template: Template, variables: Variables, form: Form): string => {
  const { names, quoted, texts } = template
  let text = texts[0]
  for (const [i, name] of names.entries())
    text += filled(variables[name], form, quoted[i]) + texts[i + 1]
  return text
}

const filled = (value: Value | undefined, form: Form, isQuoted: boolean): string => {
  if (form === "json") {
    if (!isQuoted) return JSON.stringify(value ?? null)
    return JSON.stringify(textOf(value)).slice(1, -1)
  }
  const text = textOf(value)
  // oxlint-disable-next-line no-control-regex -- they are what is left out
  return form === "url" ? encodeURIComponent(text) : text.replaceAll(/[\u0000-\u001f\u007f]/g, " ")
}

const textOf = (value: Value | undefined): string => {
  if (value === undefined || value === null) return ""
  return typeof value === "object" ? JSON.stringify(value) : String(value)
}

/** Whether the text ends within quotes, if it began so. */
const quotesToggled = (text: string, begins: boolean): boolean => {
  let isQuoted = begins
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "\\" && isQuoted) i++
    else if (text[i] === '"') isQuoted = !isQuoted
  }
  return isQuoted
}
