/** Keys, search, theme, and the address bar. */
import { distinctUntilChanged, map, skip, type BehaviorSubject } from "rxjs"
import * as Address from "../data/Address.ts"
import { speeds } from "../data/Source.ts"
import { filterOf } from "../model/Filter.ts"
import { positionAt } from "../model/TimelineMarks.ts"
import { toIncident, zoomByKey } from "./bindTimeline.ts"
import type { Page } from "../view/page.ts"
import { onKey, type Where } from "./keys.ts"
import type { Intents, Ui } from "./Ui.ts"

interface Parts {
  readonly find: HTMLInputElement
  readonly problems: HTMLInputElement
  readonly theme: HTMLButtonElement
  readonly help: HTMLDialogElement
}

const themeKey = "sigtwin.theme"

export const bindPage = (
  parts: Parts,
  page: Page,
  does: Intents,
  ui: BehaviorSubject<Ui>,
  themeChanged: () => void,
): void => {
  const where = (): Where => {
    const frame = page.last()?.frame
    const view = frame?.picture.view
    const answer = frame?.timeline.answer
    const position = view?.position ?? 0
    return {
      position,
      minuteAway: (minutes) =>
        view === undefined || answer === undefined
          ? position + minutes
          : positionAt(answer, (page.nowMs() ?? view.occurredMs) + minutes * 60_000),
      zoom: (isIn) => zoomByKey(page, does, isIn),
      toIncident: (isNext) => toIncident(page, does, isNext),
      faster: (isFaster) => {
        const index = speeds.indexOf(ui.value.speed) + (isFaster ? 1 : -1)
        if (speeds[index] !== undefined) does.setSpeed(speeds[index], position)
      },
      openHelp: () => parts.help.showModal(),
    }
  }
  parts.help.querySelector("button")?.addEventListener("click", () => parts.help.close())
  document.addEventListener("keydown", (event) => {
    if (parts.help.open) return
    if (event.key === "/" && event.target !== parts.find) {
      event.preventDefault()
      parts.find.focus()
    } else if (onKey(event, where(), does)) event.preventDefault()
  })

  parts.find.value = ui.value.address.query
  parts.problems.checked = ui.value.address.problemsOnly
  parts.find.addEventListener("input", () => does.find(parts.find.value))
  parts.problems.addEventListener("change", () => does.problems(parts.problems.checked))
  parts.find.form?.addEventListener("submit", (event) => {
    event.preventDefault()
    openFirst(parts.find.value, page, does)
  })

  const root = document.documentElement
  const chosen = localStorage.getItem(themeKey)
  if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen
  parts.theme.addEventListener("click", () => {
    const isLight =
      root.dataset.theme === "light" ||
      (root.dataset.theme === undefined && matchMedia("(prefers-color-scheme: light)").matches)
    root.dataset.theme = isLight ? "dark" : "light"
    localStorage.setItem(themeKey, root.dataset.theme)
    themeChanged()
  })

  // Keys change it too.
  ui.pipe(
    map(({ address }) => address.problemsOnly),
    distinctUntilChanged(),
  ).subscribe((only) => {
    parts.problems.checked = only
  })
  ui.pipe(
    map(({ address }) => Address.toQuery(address)),
    distinctUntilChanged(),
    skip(1),
  ).subscribe((query) => history.replaceState(null, "", query === "" ? location.pathname : query))
}

/** Opens what the search names: an exact id even when it is not drawn, else the first mark that passes. */
const openFirst = (text: string, page: Page, does: Intents): void => {
  const view = page.last()?.frame.picture.view
  if (view === undefined || text.trim() === "") return
  const filter = filterOf(text, false)
  const station = view.stations.find(filter.station)
  const customer = view.customers.find(filter.customer)
  const device = view.groups
    .flatMap((group) => group.shown.map((one) => ({ one, group })))
    .find(({ one, group }) => filter.device(one, group))?.one
  const bare = text.trim().replace(/^(device|station|customer):/, "")
  if (text.startsWith("message:") || /^[0-9A-Fa-f]+:\d+/.test(bare))
    return does.select("message", text.replace(/^message:/, ""))
  if (customer !== undefined && !text.startsWith("device:") && !text.startsWith("station:"))
    return does.select("customer", customer.id)
  if (station !== undefined && !text.startsWith("device:"))
    return does.select("station", station.id)
  does.select("device", device?.id ?? bare.toUpperCase())
}
