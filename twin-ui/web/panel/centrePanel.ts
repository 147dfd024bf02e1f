/** A data centre: its links, what comes in over it, and what would stop its services. */
import { count, minute, plural } from "../model/format.ts"
import { coreQuestion, coreSections } from "./corePart.ts"
import { noPart, noThing } from "./noAnswer.ts"
import { head, rows, section } from "./parts.ts"
import { answerTo } from "./Question.ts"
import type { Part } from "./Scene.ts"

export const centrePanel: Part = {
  asks: () => [coreQuestion],
  show: (scene) => {
    const { answers, does, selection, view } = scene
    if (selection === undefined) return []
    const centre = view.dataCentres.find(({ id }) => id === selection.id)
    if (centre === undefined)
      return noThing(scene, selection, { _tag: "not-there", problem: undefined })
    const down = centre.links.filter(({ up }) => !up)
    const stations = view.stations.filter(({ dataCentre }) => dataCentre === centre.id)
    const core = answerTo(answers, coreQuestion)
    return [
      head(
        {
          kind: "Data centre",
          title: centre.name,
          status: down.length === 0 ? "all links up" : `${plural(down.length, "link")} down`,
          tone: down.length === 0 ? "good" : "suspicious",
        },
        does,
      ),
      section("Links", [
        rows(
          centre.links.map(({ at, name, sinceMs, up }) => ({
            label: name,
            value: `${up ? "up" : "down"}${sinceMs === undefined ? "" : ` since ${minute(sinceMs)}`}`,
            tone: up ? "good" : "suspicious",
            at,
          })),
          does,
        ),
      ]),
      section("Traffic", [
        rows(
          [
            { label: "messages", value: `${count(centre.rate)}/min` },
            { label: "stations", value: count(stations.length) },
            {
              label: "of them without trust",
              value: count(stations.filter(({ trust }) => trust === "lost").length),
            },
          ],
          does,
        ),
      ]),
      ...(core?._tag === "answer"
        ? coreSections(
            core.answer,
            (part) => part === centre.id || part.startsWith(`${centre.id}.`),
            does,
          )
        : [section("Core network", [noPart(core)])]),
    ]
  },
}
