/**
 * The map, fetched when it is first shown. It draws from the same frame as the chain, and what is selected, searched and
 * left out there is so here. What it remembers is what it drew last.
 */
import { select, type GeoProjection } from "d3"
import type { CoverageAnswer } from "../../api/Coverage.ts"
import type { Camera } from "../data/Address.ts"
import { rove } from "../interact/roving.ts"
import type { Intents } from "../interact/Ui.ts"
import { filterOf } from "../model/Filter.ts"
import { plural } from "../model/format.ts"
import type { Size } from "../model/Layout.ts"
import { answerTo } from "../panel/Question.ts"
import type { Frame } from "../view/Frame.ts"
import type { Palette } from "../view/paint.ts"
import { coverage as coverageAsked } from "./asks.ts"
import { drawGround, drawMap, drawSeen } from "./drawMap.ts"
import { bounded, cameraOf, groundOf, projectionFor } from "./ground.ts"
import { mapOf, type MapLayout, type Seen } from "./MapLayout.ts"

export interface Map {
  readonly draw: (frame: Frame, palette: Palette) => void
}

interface Parts {
  readonly map: HTMLElement
  readonly tip: HTMLElement
}

/** A wheel's step to a factor. */
const wheelRate = 0.0015
/** One press of + or -. */
const keyFactor = 1.5
/** One press of an arrow moves by this part of the width. */
const keyPart = 0.15
const pickPx = 9

export const mapOn = ({ map: element, tip }: Parts, does: Intents): Map => {
  const under = svg(element, "under")
  const canvas = element.appendChild(element.ownerDocument.createElement("canvas"))
  const over = svg(element, "over")
  canvas.setAttribute("aria-hidden", "true")
  over.setAttribute("tabindex", "0")
  over.setAttribute("role", "group")
  over.setAttribute(
    "aria-label",
    "Map of base stations. Plus and minus zoom, arrows move, zero shows all; Tab goes to the stations.",
  )
  let projection: GeoProjection | undefined
  let projectedFor = ""
  let size: Size = { width: 0, height: 0 }
  let known: CoverageAnswer | undefined
  let layout: MapLayout | undefined
  let drawnFrom: ReadonlyArray<unknown> = []

  const look = (camera: Camera | undefined): void => does.show({ camera })
  const zoom = (factor: number, about = { x: size.width / 2, y: size.height / 2 }): void => {
    const now = projection === undefined ? undefined : cameraOf(projection, size)
    const under_ = projection?.invert?.([about.x, about.y])
    if (now === undefined || under_ === undefined || under_ === null) return
    // What lies under the pointer stays there.
    const part = 1 - factor
    look(
      bounded({
        lng: now.lng + (under_[0] - now.lng) * part,
        lat: now.lat + (under_[1] - now.lat) * part,
        km: now.km * factor,
      }),
    )
  }
  const move = (x: number, y: number): void => {
    const middle = projection?.invert?.([size.width / 2 + x, size.height / 2 + y])
    const now = projection === undefined ? undefined : cameraOf(projection, size)
    if (middle === undefined || middle === null || now === undefined) return
    look(bounded({ lng: middle[0], lat: middle[1], km: now.km }))
  }

  const placeOf = (event: MouseEvent) => {
    const box = element.getBoundingClientRect()
    return { x: event.clientX - box.left, y: event.clientY - box.top }
  }
  let drag: { readonly x: number; readonly y: number; moved: boolean } | undefined
  over.addEventListener("pointerdown", (event) => {
    if (event.button === 0) drag = { ...placeOf(event), moved: false }
  })
  over.addEventListener("pointermove", (event) => {
    const at = placeOf(event)
    if (drag !== undefined && event.buttons === 1) {
      const [x, y] = [drag.x - at.x, drag.y - at.y]
      if (!drag.moved && Math.hypot(x, y) < 4) return
      move(x, y)
      drag = { ...at, moved: true }
      tip.hidden = true
      return
    }
    const seen = layout === undefined ? undefined : seenAt(layout, at)
    const text = seen === undefined ? markText(event.target) : seenText(seen)
    tip.textContent = text
    tip.hidden = text === ""
    const left = Math.min(at.x + 14, size.width - tip.offsetWidth - 8)
    tip.style.transform = `translate(${left}px,${at.y + 16}px)`
  })
  over.addEventListener("pointerleave", () => {
    tip.hidden = true
  })
  over.addEventListener("click", (event) => {
    const wasDragged = drag?.moved === true
    drag = undefined
    if (wasDragged || open(event.target)) return
    const seen = layout === undefined ? undefined : seenAt(layout, placeOf(event))
    if (seen === undefined) does.clear()
    else does.select("device", seen.id)
  })
  over.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault()
      zoom(Math.exp(event.deltaY * wheelRate), placeOf(event))
    },
    { passive: false },
  )
  over.addEventListener("keydown", (event) => {
    if (!onKey(event)) return
    event.preventDefault()
    event.stopPropagation()
  })

  const onKey = (event: KeyboardEvent): boolean => {
    if (event.ctrlKey || event.metaKey || event.altKey) return false
    if (event.target !== over) {
      if (event.key === "Enter" || event.key === " ") return open(event.target)
      if (rove(event)) return true
    }
    switch (event.key) {
      case "+":
      case "=":
        zoom(1 / keyFactor)
        return true
      case "-":
        zoom(keyFactor)
        return true
      case "0":
        look(undefined)
        return true
      case "ArrowLeft":
        return event.target === over && moved(-keyPart, 0)
      case "ArrowRight":
        return event.target === over && moved(keyPart, 0)
      case "ArrowUp":
        return event.target === over && moved(0, -keyPart)
      case "ArrowDown":
        return event.target === over && moved(0, keyPart)
      default:
        return false
    }
  }
  const moved = (x: number, y: number): boolean => {
    move(x * size.width, y * size.width)
    return true
  }

  const open = (target: EventTarget | null): boolean => {
    if (!(target instanceof Element)) return false
    const station = target.closest("[data-kind=station]")?.getAttribute("data-id")
    const incident = target.closest("[data-incident]")?.getAttribute("data-incident")
    if (station !== null && station !== undefined) does.select("station", station)
    else if (incident !== null && incident !== undefined) does.select("incident", incident)
    else return false
    return true
  }

  return {
    draw: ({ answers, differences, picture: { view }, stage, ui: { address } }, palette) => {
      if (view === undefined) return
      const asked = answerTo(answers, coverageAsked(address))
      if (asked?._tag === "answer") known = asked.answer
      const { also, camera, problemsOnly, query, selection } = address
      const from = [
        view,
        known,
        stage,
        selection,
        also,
        query,
        problemsOnly,
        palette,
        camera,
        differences,
      ]
      if (from.every((one, index) => one === drawnFrom[index])) return
      drawnFrom = from
      size = stage
      const places = view.stations.flatMap(({ lat, lng }) =>
        lat === undefined || lng === undefined ? [] : [{ lat, lng }],
      )
      // The same stations in the same window: the ground stays as it is.
      const name = JSON.stringify([stage, camera ?? places])
      if (projection === undefined || name !== projectedFor) {
        projectedFor = name
        projection = projectionFor(places, camera, stage)
        drawGround(select(under), groundOf(projection, stage))
      }
      const filter = filterOf(query, problemsOnly)
      layout = mapOf(view, known, projection, { size: stage, selection, also, filter, differences })
      drawMap({ under: select(under), over: select(over) }, layout)
      drawSeen(canvas, layout, palette)
    },
  }
}

const svg = (parent: Element, name: string): SVGSVGElement => {
  const made = parent.ownerDocument.createElementNS("http://www.w3.org/2000/svg", "svg")
  made.setAttribute("class", name)
  parent.append(made)
  return made
}

const seenAt = (layout: MapLayout, at: { readonly x: number; readonly y: number }) => {
  let best: Seen | undefined
  let nearest = pickPx
  for (const seen of layout.seen) {
    const away = Math.hypot(seen.x - at.x, seen.y - at.y)
    if (away < nearest) {
      nearest = away
      best = seen
    }
  }
  // A station under the pointer is what is meant.
  const isStation = layout.places.some(({ x, y }) => Math.hypot(x - at.x, y - at.y) < 7)
  return isStation ? undefined : best
}

const seenText = ({ id, receivers, verdict }: Seen): string =>
  `device ${id} · ${verdict === "none" ? "no verdict known" : verdict} · usually heard by ${plural(receivers, "station")} · place estimated`

const markText = (target: EventTarget | null): string =>
  target instanceof Element
    ? (target.closest("[data-kind],[data-incident]")?.getAttribute("aria-label") ?? "")
    : ""
