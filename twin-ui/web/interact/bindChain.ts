/** Gestures over the chain: hover says what a mark is, a click or Enter selects it, arrows move among marks. */
import { time } from "../model/format.ts"
import type { Dot } from "../model/Layout.ts"
import type { Page } from "../view/page.ts"
import { dotAt, markOf } from "./Pointer.ts"
import { rove, targetDot } from "./roving.ts"
import type { Intents } from "./Ui.ts"

interface Parts {
  readonly stage: HTMLElement
  readonly chain: SVGSVGElement
  readonly tip: HTMLElement
  readonly said: HTMLElement
}

export const bindChain = (parts: Parts, page: Page, does: Intents): void => {
  const { chain, tip, said, stage } = parts

  const placeOf = (event: PointerEvent | MouseEvent) => {
    const box = stage.getBoundingClientRect()
    return { x: event.clientX - box.left, y: event.clientY - box.top, width: box.width }
  }

  const tell = (
    text: string,
    at: { readonly x: number; readonly y: number; readonly width: number },
  ): void => {
    tip.textContent = text
    tip.hidden = text === ""
    const left = Math.min(at.x + 14, at.width - tip.offsetWidth - 8)
    tip.style.transform = `translate(${left}px,${at.y + 16}px)`
  }

  chain.addEventListener("pointermove", (event) => {
    const at = placeOf(event)
    const layout = page.last()?.layout
    const dot = layout === undefined ? undefined : dotAt(layout, at.x, at.y)
    page.point(dot)
    chain.classList.toggle("over", dot !== undefined)
    tell(dot === undefined ? markText(event.target) : dotText(dot), at)
  })
  chain.addEventListener("pointerleave", () => {
    page.point(undefined)
    tip.hidden = true
  })
  const foldAt = (target: EventTarget | null): boolean => {
    const key =
      target instanceof Element
        ? target.closest("[data-fold]")?.getAttribute("data-fold")
        : undefined
    if (key === undefined || key === null) return false
    does.fold(key)
    return true
  }
  chain.addEventListener("click", (event) => {
    if (foldAt(event.target)) return
    const at = placeOf(event)
    const layout = page.last()?.layout
    const dot = layout === undefined ? undefined : dotAt(layout, at.x, at.y)
    if (dot !== undefined) return does.select("device", dot.id)
    if (!selectMark(event.target, does)) does.clear()
  })
  chain.addEventListener("keydown", (event) => {
    if (
      (event.key === "Enter" || event.key === " ") &&
      (foldAt(event.target) || selectMark(event.target, does))
    ) {
      event.preventDefault()
      event.stopPropagation()
      return
    }
    if (rove(event) || moveInGroup(event)) {
      event.preventDefault()
      event.stopPropagation()
    }
  })

  /** Where the arrows are in each group; forgotten when the page goes. */
  const cursors = new Map<string, number>()
  const moveInGroup = (event: KeyboardEvent): boolean => {
    const on = event.target
    const key = on instanceof Element ? on.getAttribute("data-group") : null
    const group = page.last()?.layout.groups.find((one) => one.key === key)
    if (key === null || group === undefined || group.dots.length === 0) return false
    const known = cursors.get(key)
    const index = Math.min(known ?? 0, group.dots.length - 1)
    if (event.key === "Enter") {
      does.select("device", group.dots[index].id)
      return true
    }
    const to = targetDot(event.key, index, { count: group.dots.length, across: group.across })
    if (to === undefined) return false
    const next = known === undefined ? 0 : to
    cursors.set(key, next)
    page.point(group.dots[next])
    said.textContent = dotText(group.dots[next])
    return true
  }
}

const dotText = ({ device }: Dot): string => {
  const why = device.reason === undefined ? "" : `, ${device.reason}`
  const heard = device.heardMs === 0 ? "never heard" : `heard ${time(device.heardMs)}`
  return `device ${device.id} · ${device.verdict === "none" ? "no message yet" : device.verdict}${why} · ${heard}`
}

const markText = (target: EventTarget | null): string => {
  if (!(target instanceof Element)) return ""
  return target.closest("[data-kind]")?.getAttribute("aria-label") ?? ""
}

const selectMark = (target: EventTarget | null, does: Intents): boolean => {
  const mark = markOf(target)
  if (mark === undefined) return false
  if (mark.kind === "station" || mark.kind === "customer" || mark.kind === "centre") {
    does.select(mark.kind, mark.id)
    return true
  }
  return false
}
