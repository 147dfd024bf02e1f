/** The shape of a station's trust: a ring, a cross, or an open square where nothing was ever measured. */
import type { StationView } from "../../../projections/chain/ChainView.ts"

export const trustPath = (trust: StationView["trust"], r: number): string => {
  if (trust === "lost") return `M${-r},${-r}L${r},${r}M${r},${-r}L${-r},${r}`
  if (trust === "unattested") return `M${-r},0L0,${-r}L${r},0L0,${r}Z`
  return `M${-r},0A${r},${r} 0 1 1 ${r},0A${r},${r} 0 1 1 ${-r},0`
}
