/**
 * Of marks that are drawn again and again, those that look otherwise than they were drawn last. An attribute that is set to what
 * it is makes a browser lay its mark out anew (15 us for each, measured), ten times a second, and few of them change.
 */
import { type BaseType, local, type Selection } from "d3"

const drawn = local<string>()

/** `faceOf` names all that a mark's attributes are drawn from. What is left is counted anew: a mark's index is not its place. */
export const altered = <Node extends Element, Datum, Parent extends BaseType, Above>(
  marks: Selection<Node, Datum, Parent, Above>,
  faceOf: (mark: Datum) => string,
): Selection<Node, Datum, Parent, Above> =>
  marks.filter(function (mark) {
    const face = faceOf(mark)
    if (drawn.get(this) === face) return false
    drawn.set(this, face)
    return true
  })
