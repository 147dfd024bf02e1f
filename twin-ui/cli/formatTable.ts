/**
 * Aligned columns for a terminal; the last column runs free. `right` names columns of numbers.
 *
 * Widths count characters: enough for the plain words and numbers that tables here hold.
 */
export const formatTable = (
  head: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  right: ReadonlySet<string> = new Set(),
): string => {
  const widths = head.map((title, column) =>
    rows.reduce((width, row) => Math.max(width, row[column].length), title.length),
  )
  const line = (cells: ReadonlyArray<string>): string =>
    cells
      .map((cell, column) =>
        right.has(head[column]) ? cell.padStart(widths[column]) : cell.padEnd(widths[column]),
      )
      .join("  ")
      .trimEnd()
  return [line(head), ...rows.map(line)].join("\n")
}
