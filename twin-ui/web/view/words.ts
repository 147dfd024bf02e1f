/** Sets a text where it is another one: a text that is set anew is laid out and drawn anew, though it says the same. */
import type { BaseType, Selection } from "d3"

export const words = <Node extends BaseType, Datum, Parent extends BaseType, Above>(
  selection: Selection<Node, Datum, Parent, Above>,
  textOf: (datum: Datum) => string,
): void => {
  selection.each(function (datum) {
    if (this === null || !("textContent" in this)) return
    const text = textOf(datum)
    if (this.textContent !== text) this.textContent = text
  })
}
