/**
 * Panels as trees of elements. `patch` makes an element's children equal to the tree and keeps every element
 * that can stay, so that focus and scrolling survive a redraw. Text is set as text: nothing in an event is
 * ever read as markup.
 */
export interface Tree {
  readonly tag: string
  readonly attributes: Readonly<Record<string, string | number | boolean | undefined>>
  readonly on: Handlers
  readonly children: ReadonlyArray<Tree | string>
}

/** What is done with a gesture on the element. Fields of a form come by their names. */
export interface Handlers {
  readonly click?: () => void
  readonly submit?: (fields: Readonly<Record<string, string>>) => void
  readonly input?: (value: string) => void
  readonly scroll?: (top: number) => void
}

type Attributes = Tree["attributes"] & { readonly onClick?: never }

export const h = (
  tag: string,
  attributes: Attributes = {},
  children: ReadonlyArray<Tree | string | undefined> = [],
  on: Handlers | (() => void) = {},
): Tree => ({
  tag,
  attributes,
  on: typeof on === "function" ? { click: on } : on,
  children: children.filter((child) => child !== undefined),
})

/** What an element was last given: its handlers, and attributes that a new tree may lack. */
const given = new WeakMap<Node, Tree>()

export const patch = (parent: Element, trees: ReadonlyArray<Tree | string>): void => {
  for (const [index, tree] of trees.entries()) {
    const at: ChildNode | undefined = parent.childNodes[index]
    const fits = at !== undefined && isFor(at, tree)
    const node = fits ? at : (later(at, tree) ?? make(parent, tree))
    if (!fits) {
      // What comes again further on stays: a new first line of a list leaves the others as they are.
      if (at === undefined || node.parentNode === parent || isWanted(at, trees, index))
        parent.insertBefore(node, at ?? null)
      else at.replaceWith(node)
    }
    if (typeof tree === "string") {
      if (node.textContent !== tree) node.textContent = tree
    } else update(node, tree)
  }
  while (parent.childNodes.length > trees.length) parent.lastChild?.remove()
}

/** The element of that key, where it stands further on. */
const later = (from: ChildNode | undefined, tree: Tree | string): ChildNode | undefined => {
  if (typeof tree === "string" || tree.attributes.key === undefined) return undefined
  for (let node = from?.nextSibling; node !== null && node !== undefined; node = node.nextSibling)
    if (isFor(node, tree)) return node
  return undefined
}

const isWanted = (node: ChildNode, trees: ReadonlyArray<Tree | string>, from: number): boolean =>
  given.get(node)?.attributes.key !== undefined &&
  trees.some((tree, index) => index > from && isFor(node, tree))

const isFor = (node: Node, tree: Tree | string): boolean =>
  typeof tree === "string"
    ? node.nodeType === 3
    : node.nodeName.toLowerCase() === tree.tag.toLowerCase() &&
      given.get(node)?.attributes.key === tree.attributes.key &&
      Object.keys(given.get(node)?.on ?? {}).join() === Object.keys(tree.on).join()

const svg = "http://www.w3.org/2000/svg"

const make = (parent: Element, tree: Tree | string): ChildNode => {
  if (typeof tree === "string") return parent.ownerDocument.createTextNode(tree)
  const { ownerDocument: page } = parent
  const element =
    tree.tag === "svg" || parent.namespaceURI === svg
      ? page.createElementNS(svg, tree.tag)
      : page.createElement(tree.tag)
  listen(element, tree.on)
  return element
}

/** Each gesture calls what the newest tree says of it. */
const listen = (element: Element, { click, input, scroll, submit }: Handlers): void => {
  const now = (): Handlers => given.get(element)?.on ?? {}
  if (click !== undefined) element.addEventListener("click", () => now().click?.())
  if (scroll !== undefined)
    element.addEventListener("scroll", () => now().scroll?.(element.scrollTop))
  if (input !== undefined)
    element.addEventListener("input", () => {
      if (element instanceof HTMLInputElement || element instanceof HTMLSelectElement)
        now().input?.(element.value)
    })
  if (submit !== undefined)
    element.addEventListener("submit", (event) => {
      event.preventDefault()
      if (element instanceof HTMLFormElement) now().submit?.(fieldsOf(element))
    })
}

const fieldsOf = (form: HTMLFormElement): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...new FormData(form)].flatMap(([name, value]) =>
      typeof value === "string" ? [[name, value]] : [],
    ),
  )

/** Through the style object: the page's content policy allows no style attributes. */
const restyle = (element: Element, text: string): void => {
  if (element instanceof HTMLElement && element.style.cssText !== text) element.style.cssText = text
}

const update = (node: Node, tree: Tree): void => {
  if (!("setAttribute" in node)) return
  // It was made by `make` from a tree, so it is an element.
  const element = node as Element
  const before = given.get(element)?.attributes ?? {}
  given.set(element, tree)
  for (const name of Object.keys(before))
    if (!(name in tree.attributes)) element.removeAttribute(name)
  for (const [name, value] of Object.entries(tree.attributes)) {
    if (name === "key") continue
    if (value === undefined || value === false) element.removeAttribute(name)
    else if (name === "style") restyle(element, String(value))
    else if (element.getAttribute(name) !== String(value))
      element.setAttribute(name, value === true ? "" : String(value))
  }
  patch(element, tree.children)
}
