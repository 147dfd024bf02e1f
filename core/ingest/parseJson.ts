/** Parses JSON without throwing. What was wrong is told by its place, never by quoting the text: it may hold a payload. */

export type Parsed =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly why: string }

export const parseJson = (text: string): Parsed => {
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch (error) {
    const at = /position (\d+)/.exec(error instanceof Error ? error.message : "")
    return {
      ok: false,
      why: at === null ? "not JSON, or cut off" : `not JSON at character ${at[1]}`,
    }
  }
}
