/** The answer to a question over tables, as a table for people. */
import type { QueryAnswer } from "../api/Analytics.ts"
import { formatTable } from "./formatTable.ts"
import { isNumeric, valueText } from "./valueText.ts"
import * as Words from "./Words.ts"

export const answerText = ({ behind, columns, cut, position, rows, tookMs }: QueryAnswer): string =>
  [
    ...(rows.length === 0
      ? []
      : [
          formatTable(
            columns.map(({ name }) => name),
            rows.map((row) => row.map(valueText)),
            new Set(columns.filter(({ type }) => isNumeric(type)).map(({ name }) => name)),
          ),
        ]),
    `${Words.count(rows.length, "row")} in ${Math.round(tookMs)} ms, as of position ${position}`,
    ...(cut ? ["there are more: give --rows"] : []),
    ...(behind > 0 ? [`${Words.count(behind, "event")} of the log are not in the tables yet`] : []),
  ].join("\n")
