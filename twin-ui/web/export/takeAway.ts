/** Hands the picture over as a file: SVG, PNG at twice the size, or its rows as CSV. Fetched when it is first asked for. */
import type { Frame } from "../view/Frame.ts"
import { dotsOn, strokesOf, strokesOn } from "../view/drawGround.ts"
import { paletteOf } from "../view/paint.ts"
import type { Layout } from "../model/Layout.ts"
import { instant, position } from "../model/format.ts"
import { svgOf } from "./pictureSvg.ts"
import { rowsCsv } from "./rowsCsv.ts"
import { svgInk } from "./SvgInk.ts"

export const formats = ["svg", "png", "csv"] as const
export type Format = (typeof formats)[number]

interface Drawn {
  readonly frame: Frame
  readonly layout: Layout
}

/** Undefined where nothing is shown that could be taken. */
export const take = async (format: Format, { frame, layout }: Drawn): Promise<void> => {
  const { view } = frame.picture
  if (view === undefined) return
  const name = `sigtwin-${frame.ui.address.view}-${Math.max(0, view.position)}`
  if (format === "csv") return save(`${name}.csv`, new Blob([rowsCsv(view)], { type: "text/csv" }))
  const svg = pictureOf({ frame, layout })
  if (format === "svg") return save(`${name}.svg`, new Blob([svg], { type: "image/svg+xml" }))
  const png = await pngOf(svg)
  if (png !== undefined) save(`${name}.png`, png)
}

const pictureOf = ({ frame, layout }: Drawn): string => {
  const palette = paletteOf(document.body)
  const { stage: size } = frame
  const { view } = frame.picture
  const caption =
    view === undefined
      ? "sigtwin"
      : `sigtwin · as of ${instant(view.occurredMs)} UTC · event ${position(view.position)} · ${location.href}`
  const about = { size, caption, ground: palette.ground, text: palette.text }
  if (frame.ui.address.view === "map") {
    const [under, over] = document.querySelectorAll<SVGSVGElement>("#map > svg")
    const canvas = document.querySelector<HTMLCanvasElement>("#map > canvas")
    // Devices are many and small: as they are on the screen.
    const seen =
      canvas === null
        ? ""
        : `<image href="${canvas.toDataURL()}" width="${size.width}" height="${size.height}"/>`
    return svgOf({ ...about, layers: [under, seen, over].filter((one) => one !== undefined) })
  }
  const edges = svgInk()
  strokesOn(edges, strokesOf(layout.edges), palette)
  const dots = svgInk()
  dotsOn(dots, layout, palette)
  const chain = document.querySelector<SVGSVGElement>("#chain")
  return svgOf({
    ...about,
    layers: [edges.elements(), dots.elements(), ...(chain === null ? [] : [chain])],
  })
}

const scale = 2

const pngOf = async (svg: string): Promise<Blob | undefined> => {
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
  await image.decode()
  const canvas = document.createElement("canvas")
  canvas.width = image.naturalWidth * scale
  canvas.height = image.naturalHeight * scale
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height)
  return new Promise((resolve) => canvas.toBlob((blob) => resolve(blob ?? undefined), "image/png"))
}

const save = (name: string, blob: Blob): void => {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  // The browser has read it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
