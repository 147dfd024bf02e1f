/**
 * Panels as trees of elements. `patch` makes an element's children equal to the tree and keeps every element
 * that can stay, so that focus and scrolling survive a redraw. Text is set as text: nothing in an event is
 * ever read as markup.
 */
export interface Tree {
  readonly tag: string
  readonly attributes: Readonly<Record<string, string | number | boolean | undefined>>
  readonly click: (() => void) | undefined
  readonly children: ReadonlyArray<Tree | string>
}

type Attributes = Tree["attributes"] & { readonly onClick?: never }

export const h = (
  tag: string,
  attributes: Attributes = {},
  children: ReadonlyArray<Tree | string | undefined> = [],
  click?: () => void,
): Tree => ({
  tag,
  attributes,
  click,
  children: children.filter((child) => child !== undefined),
})

/** What an element was last given: handlers and attributes that a new tree may lack. */
const given = new WeakMap<Node, Tree>()

export const patch = (parent: Element, trees: ReadonlyArray<Tree | string>): void => {
  for (const [index, tree] of trees.entries()) {
    const at: ChildNode | undefined = parent.childNodes[index]
    const fits = at !== undefined && isFor(at, tree)
    const node = fits ? at : make(parent, tree)
    if (!fits) {
      if (at === undefined) parent.append(node)
      else at.replaceWith(node)
    }
    if (typeof tree === "string") {
      if (node.textContent !== tree) node.textContent = tree
    } else update(node, tree)
  }
  while (parent.childNodes.length > trees.length) parent.lastChild?.remove()
}

const isFor = (node: Node, tree: Tree | string): boolean =>
  typeof tree === "string"
    ? node.nodeType === 3
    : node.nodeName.toLowerCase() === tree.tag &&
      given.get(node)?.attributes.key === tree.attributes.key

const make = (parent: Element, tree: Tree | string): ChildNode => {
  if (typeof tree === "string") return parent.ownerDocument.createTextNode(tree)
  const element = parent.ownerDocument.createElement(tree.tag)
  element.addEventListener("click", () => given.get(element)?.click?.())
  return element
}

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
