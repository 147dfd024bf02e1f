/** Who heard which of a message's transmissions: ranks across, stations down, the strongest first. */
import type { Receptions } from "../../api/EntityState.ts"
import { instant } from "../model/format.ts"
import { h, type Tree } from "../view/patch.ts"
import { link, quiet, section } from "./parts.ts"
import type { Does } from "./Scene.ts"

type Cell = Receptions["cells"][number]

export interface MatrixRow {
  readonly station: string
  readonly standing: Cell["standing"]
  /** By column; undefined where it did not hear that one. */
  readonly cells: ReadonlyArray<Cell | undefined>
}

/** What is weaker is nothing: receivers hear down to about -142 dBm. */
const weakestDbm = -145
const strongestDbm = -80

export const matrixRows = (
  cells: ReadonlyArray<Cell>,
): { readonly ranks: ReadonlyArray<number | null>; readonly rows: ReadonlyArray<MatrixRow> } => {
  const ranks: ReadonlyArray<number | null> = cells.some(({ rank }) => rank !== null)
    ? [1, 2, 3]
    : [null]
  const best = (heard: ReadonlyArray<Cell>): number =>
    Math.max(...heard.map(({ rssiDbm }) => rssiDbm ?? -Infinity))
  const rows = [...Map.groupBy(cells, ({ station }) => station)]
    .toSorted(([a, ofA], [b, ofB]) => best(ofB) - best(ofA) || (a < b ? -1 : 1))
    .map(([station, heard]) => ({
      station,
      standing: heard[0].standing,
      cells: ranks.map((rank) => heard.find((cell) => cell.rank === rank)),
    }))
  return { ranks, rows }
}

const qualities = ["limit", "average", "good", "excellent"]

export const receptionsSection = (
  { cells, cellsOver, firstMs, message, quality, qualityReported }: Receptions,
  does: Does,
  isItself: boolean,
): Tree => {
  const { ranks, rows } = matrixRows(cells)
  return section(isItself ? "Receptions, rank by station" : "Receptions of its last message", [
    h("p", { class: "quiet" }, [
      isItself ? "" : "Message ",
      isItself ? undefined : link("message", message, does),
      isItself ? "" : ". ",
      `First heard ${instant(firstMs)}. `,
      quality === null ? "" : `Link quality ${qualities[quality]} (${quality} of 3)`,
      qualityReported === null
        ? "."
        : `, reported ${qualities[qualityReported] ?? ""} (${qualityReported}).`,
    ]),
    h("table", { class: "grid matrix", "aria-label": "receptions, rank by station" }, [
      h("thead", {}, [
        h("tr", {}, [
          h("th", { scope: "col" }, ["station"]),
          ...ranks.map((rank) =>
            h("th", { scope: "col", class: "number" }, [
              rank === null ? "as reported" : `rank ${rank}`,
            ]),
          ),
        ]),
      ]),
      h(
        "tbody",
        {},
        rows.map(({ cells: across, standing, station }) =>
          h("tr", { key: station }, [
            h("th", { scope: "row" }, [
              link("station", station, does),
              standing === null || standing === "attested"
                ? undefined
                : h("small", { class: standing === "refused" ? "refused" : "suspicious" }, [
                    standing,
                  ]),
            ]),
            ...across.map((cell) =>
              h("td", { class: "number" }, cell === undefined ? ["·"] : cellOf(cell, does)),
            ),
          ]),
        ),
      ),
    ]),
    cellsOver > 0 ? quiet(`and ${cellsOver} further receptions, counted only`) : undefined,
  ])
}

const cellOf = (cell: Cell, does: Does): ReadonlyArray<Tree> => {
  const { counts, delayMs, frequencyHz, position, rssiDbm, snrDb } = cell
  const level =
    rssiDbm === null
      ? 0
      : Math.min(1, Math.max(0.02, (rssiDbm - weakestDbm) / (strongestDbm - weakestDbm)))
  return [
    h(
      "button",
      {
        class: "heard",
        title: counts ? "open this reception" : "a fabricated repeat: counts for nothing",
      },
      [
        h("span", {
          class: counts ? "level" : "level suspicious",
          style: `width:${Math.round(level * 100)}%`,
        }),
        h("b", { class: counts ? undefined : "suspicious" }, [
          `${counts ? "" : "▲ "}${rssiDbm === null ? "no RSSI" : `${rssiDbm} dBm`}`,
        ]),
        h("small", {}, [snrDb === null ? "" : `SNR ${snrDb} dB`]),
        h("small", {}, [frequencyHz === null ? "" : `${(frequencyHz / 1e6).toFixed(4)} MHz`]),
        h("small", {}, [`${delayMs >= 0 ? "+" : "−"}${Math.abs(delayMs)} ms`]),
      ],
      () => does.select("event", String(position)),
    ),
  ]
}
