/** One of a few, as buttons in a row: a radio group of ARIA, of which the chosen one is in the tab order. */
import { h, type Tree } from "./patch.ts"

export const choiceOf = <Value extends string | number>(
  label: string,
  values: ReadonlyArray<readonly [value: Value, text: string, title?: string]>,
  chosen: Value | undefined,
  choose: (value: Value) => void,
): Tree => {
  const entry = values.some(([value]) => value === chosen) ? chosen : values[0]?.[0]
  return h(
    "span",
    { class: "choice", role: "radiogroup", "aria-label": label },
    values.map(([value, text, title]) =>
      h(
        "button",
        {
          key: value,
          type: "button",
          role: "radio",
          title,
          "aria-checked": value === chosen ? "true" : "false",
          tabindex: value === entry ? 0 : -1,
        },
        [text],
        () => choose(value),
      ),
    ),
  )
}
