/**
 * The field for SQL with its completions: a list under a text of several lines. The focus stays in the field; arrows choose
 * among the offers, Enter or Tab takes one, Escape closes them, Ctrl+Space opens them, Ctrl+Enter asks.
 */
import { complete, type Completion, type Known } from "./complete.ts"

export interface Editor {
  readonly text: () => string
  readonly set: (text: string) => void
  readonly know: (known: Known) => void
}

interface Parts {
  readonly field: HTMLTextAreaElement
  readonly list: HTMLUListElement
}

const closed: Completion = { from: 0, offers: [] }

export const editorOn = ({ field, list }: Parts, ask: () => void): Editor => {
  let known: Known = { tables: [], functions: [] }
  let open = closed
  let chosen = 0

  const draw = (): void => {
    const isOpen = open.offers.length > 0
    list.hidden = !isOpen
    if (isOpen) field.setAttribute("aria-activedescendant", `offer-${chosen}`)
    else field.removeAttribute("aria-activedescendant")
    list.replaceChildren(
      ...open.offers.map(({ about, kind, text }, i) => {
        const item = document.createElement("li")
        item.id = `offer-${i}`
        item.setAttribute("role", "option")
        item.setAttribute("aria-selected", String(i === chosen))
        const name = document.createElement("b")
        name.textContent = text
        const rest = document.createElement("span")
        rest.textContent = about === "" ? kind : `${kind} · ${about}`
        item.append(name, rest)
        // Before the field loses the focus.
        item.addEventListener("mousedown", (event) => {
          event.preventDefault()
          take(i)
        })
        return item
      }),
    )
  }

  const show = (next: Completion): void => {
    open = next
    chosen = 0
    draw()
  }

  const look = (isAsked: boolean): void => {
    const next = complete(field.value, field.selectionStart, known)
    // Unasked, only for a word that was begun or a table's columns.
    const begun = field.selectionStart > next.from || field.value[next.from - 1] === "."
    show(isAsked || begun ? next : closed)
  }

  const take = (index: number): void => {
    const offer = open.offers[index]
    if (offer === undefined) return
    field.setRangeText(offer.text, open.from, field.selectionStart, "end")
    show(closed)
  }

  const move = (by: number): void => {
    chosen = (chosen + by + open.offers.length) % open.offers.length
    draw()
  }

  field.addEventListener("input", () => look(false))
  field.addEventListener("blur", () => show(closed))
  field.addEventListener("click", () => show(closed))
  field.addEventListener("keydown", (event) => {
    const isOpen = open.offers.length > 0
    const isHandled = ((): boolean => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        show(closed)
        ask()
      } else if (event.key === " " && event.ctrlKey) look(true)
      else if (!isOpen) return false
      else if (event.key === "ArrowDown") move(1)
      else if (event.key === "ArrowUp") move(-1)
      else if (event.key === "Enter" || event.key === "Tab") take(chosen)
      else if (event.key === "Escape") show(closed)
      else return false
      return true
    })()
    if (isHandled) event.preventDefault()
  })

  return {
    text: () => field.value,
    set: (text) => {
      if (field.value !== text) field.value = text
    },
    know: (next) => {
      known = next
    },
  }
}
