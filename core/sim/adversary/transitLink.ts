/** A data centre's transit link fails and returns; the other one carries the traffic on. */
import { newEvent } from "../setup.ts"
import { dataCentres } from "../Station.ts"
import { type Adversary, nothing } from "./Adversary.ts"

export const transitLink: Adversary = (_, { fromMs, untilMs, random }) => {
  const { id, links } = dataCentres[random.below(dataCentres.length)]
  const link = links[random.below(links.length)]
  const report = (atMs: number, up: boolean) =>
    newEvent(atMs, { _tag: "LinkReported", dataCentre: id, link, up })
  const note = `${link} of ${id} fails and returns; traffic goes on.`
  return {
    ...nothing,
    truths: [{ kind: "transit-link", atMs: fromMs, untilMs, note }],
    facts: [report(fromMs, false), report(untilMs, true)],
  }
}
