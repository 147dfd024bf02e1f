/** What differs between two states, as far as a viewer sees the things that differ. */
import * as Picture from "../../projections/time/picture.ts"
import { thingOf } from "./findings.ts"
import type { Viewer } from "./Viewer.ts"

export const seenOf = (
  viewer: Viewer,
  a: Partial<Picture.States>,
  b: Partial<Picture.States>,
): ReadonlyArray<Picture.Differing> => {
  const diff = Picture.differing(a, b)
  if (viewer.whole) return diff
  const findings = new Map([...Picture.findingsOf(a), ...Picture.findingsOf(b)])
  return diff.filter(({ thing }) => {
    const finding = findings.get(thing)
    return finding === undefined ? sees(viewer, thing) : viewer.mayOn("read", thingOf(finding))
  })
}

/** By the thing's name, as `Picture` gives it: what it does not know is the network's. */
const sees = (viewer: Viewer, thing: string): boolean => {
  const [kind, ...words] = thing.split(" ")
  const id = words.join(" ")
  switch (kind) {
    case "device":
    case "counter":
      return viewer.mayOn("read", { device: id })
    case "station":
      return viewer.mayOn("read", { station: id })
    case "customer":
      return viewer.mayOn("read", { customer: id })
    case "ledger":
      return viewer.mayOn("read", { customer: id.split("/")[0] })
    case "delivery": {
      // `DEVICE:SEQ@EPOCH [NOTICE] to CUSTOMER/DESTINATION`
      const at = words[words.length - 1]
      return (
        viewer.mayOn("read", { device: words[0].split(":")[0] }) &&
        viewer.mayOn("read", { customer: at.split("/")[0] })
      )
    }
    case "policy":
      return viewer.may("read")
    default:
      return viewer.mayOn("read", "network")
  }
}
