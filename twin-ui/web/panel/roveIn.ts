/** Arrow keys within a row of tabs or of choices of the panel: to the neighbour, which is chosen at once. */
export const roveIn = (event: KeyboardEvent): boolean => {
  const from = event.target
  if (!(from instanceof HTMLElement)) return false
  const row = from.closest("[role=tablist], [role=radiogroup]")
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
  if (row === null || step === undefined) return false
  const all = [...row.querySelectorAll<HTMLElement>("[role=tab], [role=radio]")]
  const to = all[(all.indexOf(from) + step + all.length) % all.length]
  to.click()
  to.focus()
  return true
}
