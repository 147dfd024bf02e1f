/** Which picture suits an answer that nobody chose one for, and what may be drawn at all. */
import type { Chart } from "../../api/Questions.ts"

export interface Column {
  readonly name: string
  readonly type: string
}

const isNumber = ({ type }: Column): boolean =>
  /^(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|U[A-Z]*INT|DOUBLE|FLOAT|DECIMAL)/.test(type)
export const isTime = ({ type }: Column): boolean => /^(TIMESTAMP|DATE)/.test(type)

/** Undefined where the answer is best read as a table alone. */
export const chartFor = (columns: ReadonlyArray<Column>): Chart | undefined => {
  const numbers = columns.filter(isNumber)
  const placed = ["lat", "lng"].every((name) => numbers.some((column) => column.name === name))
  const figures = numbers.filter(({ name }) => name !== "lat" && name !== "lng")
  if (placed && figures.length > 0)
    return { kind: "map", size: figures[0].name, shade: (figures[1] ?? figures[0]).name }
  const time = columns.find(isTime)
  const name = columns.find((column) => column.type === "VARCHAR" || column.type.startsWith("ENUM"))
  const [figure] = numbers
  if (time !== undefined && figure !== undefined)
    return {
      kind: "lines",
      x: time.name,
      y: figure.name,
      ...(name === undefined ? {} : { series: name.name }),
    }
  if (name !== undefined && figure !== undefined)
    return { kind: "bars", x: name.name, y: figure.name }
  return numbers.length === 2 && columns.length === 2
    ? { kind: "bars", x: numbers[0].name, y: numbers[1].name }
    : undefined
}
