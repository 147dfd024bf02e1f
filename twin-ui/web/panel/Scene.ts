/** What a panel is drawn from: the picture, the reader's wishes, and the answers so far. A panel keeps nothing itself. */
import type { ChainView } from "../../../projections/chain/ChainView.ts"
import type { Selectable, Selection } from "../data/Address.ts"
import type { Picture } from "../data/Picture.ts"
import type { Tree } from "../view/patch.ts"
import type { Desk, DeskDoes } from "./Desk.ts"
import type { Answers, Question } from "./Question.ts"

export interface Does extends DeskDoes {
  readonly select: (kind: Selectable, id: string, also?: ReadonlyArray<Selection>) => void
  readonly clear: () => void
  readonly seek: (at: number) => void
  readonly tab: (tab: string) => void
  readonly pin: (at: number | undefined) => void
}

/** What stands in the address of it. */
export interface Wish {
  readonly selection: Selection | undefined
  /** What is selected with it. */
  readonly also: ReadonlyArray<Selection>
  /** Which part of the panel is shown; "" for the first. */
  readonly tab: string
  /** The instant that what is shown is compared with. */
  readonly pinned: number | undefined
  readonly desk: Desk
}

export interface Scene extends Wish {
  readonly picture: Picture
  readonly view: ChainView
  readonly answers: Answers
  readonly does: Does
}

/** A part of the panel: what it asks, and how it looks. */
export interface Part {
  readonly asks: (wish: Wish, answers: Answers) => ReadonlyArray<Question<unknown>>
  readonly show: (scene: Scene) => ReadonlyArray<Tree>
}
