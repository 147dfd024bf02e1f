/**
 * The page: builds the one pipeline, subscribes to it once, and draws at most once per animation frame.
 */
import { select } from "d3"
import {
  BehaviorSubject,
  combineLatest,
  distinctUntilChanged,
  fromEvent,
  map,
  merge,
  shareReplay,
  startWith,
  Subject,
  timer,
} from "rxjs"
import { perFrame } from "../../core/stream/perFrame.ts"
import * as Address from "./data/Address.ts"
import { answers as answersTo } from "./data/answers.ts"
import { connect } from "./data/connect.ts"
import { pictures } from "./data/pipeline.ts"
import { sizes } from "./data/sizes.ts"
import type * as Source from "./data/Source.ts"
import { timelines } from "./data/timelines.ts"
import { bindAccount } from "./interact/bindAccount.ts"
import { bindChain } from "./interact/bindChain.ts"
import { bindExport } from "./interact/bindExport.ts"
import { bindPage } from "./interact/bindPage.ts"
import { bindTimeline } from "./interact/bindTimeline.ts"
import * as Ui from "./interact/Ui.ts"
import * as Map from "./map/asks.ts"
import { differencesIn } from "./panel/changes.ts"
import * as Desk from "./panel/Desk.ts"
import { asksOf } from "./panel/panelOf.ts"
import { panelOn } from "./panel/panelOn.ts"
import type { Frame } from "./view/Frame.ts"
import { pageOn } from "./view/page.ts"

const element = <Kind extends Element>(id: string, kind: new () => Kind): Kind => {
  const found = document.getElementById(id)
  if (!(found instanceof kind)) throw new Error(`the page has no ${id}`)
  return found
}

const parts = {
  body: document.body,
  pill: element("pill", HTMLElement),
  figures: element("figures", HTMLElement),
  notices: element("notices", HTMLElement),
  stage: element("stage", HTMLElement),
  ground: element("ground", HTMLCanvasElement),
  chain: element("chain", SVGSVGElement),
  map: element("map", HTMLElement),
  tools: element("tools", HTMLElement),
  views: element("views", HTMLElement),
  empty: element("empty", HTMLElement),
  tip: element("tip", HTMLElement),
  said: element("said", HTMLElement),
  panel: element("panel", HTMLElement),
  controls: element("controls", HTMLElement),
  timeline: element("timeline", SVGSVGElement),
  find: element("find", HTMLInputElement),
  problems: element("problems", HTMLInputElement),
  theme: element("theme", HTMLButtonElement),
  help: element("help", HTMLDialogElement),
  export: element("export", HTMLDetailsElement),
}

const ui = new BehaviorSubject(Ui.initial(Address.fromQuery(location.search)))
const desk = new BehaviorSubject(Desk.initial)
const does = { ...Ui.intentsOn(ui), ...Desk.doesOn(desk) }
const hurry = new Subject<void>()

const asked = ui.pipe(
  map(({ address: { grouping, source } }): Source.Asked => ({ source, by: grouping })),
)
const online = fromEvent(globalThis, "online")
const picture = pictures(asked, { connect, hurry: merge(hurry, online) })
const timeline = timelines(picture, ui)
const wishes = combineLatest([ui, desk]).pipe(
  map(([{ address }, held]) => ({ ...address, desk: held })),
)
const answers = answersTo(picture, wishes, (wish, answered) => [
  ...asksOf(wish, answered),
  ...Map.asksOf(wish),
]).pipe(shareReplay({ bufferSize: 1, refCount: true }))
const differences = combineLatest([answers, ui]).pipe(
  map(([answered, { address }]) => differencesIn(answered, address.pinned)),
  distinctUntilChanged(),
)
/** For "so long ago" while the feed is lost. */
const clock = timer(0, 1000).pipe(map(() => Date.now()))
const theme = fromEvent(matchMedia("(prefers-color-scheme: light)"), "change").pipe(
  startWith(undefined),
)
const themeChosen = new Subject<void>()

const panel = panelOn(parts.panel, does)
const page = pageOn(parts, select(parts.chain), select(parts.timeline), panel, does, () =>
  hurry.next(),
)

combineLatest({
  picture,
  ui,
  timeline,
  desk,
  answers,
  differences,
  clock,
  stage: sizes(parts.stage),
  time: sizes(parts.timeline),
  theme: merge(theme, themeChosen.pipe(map(() => undefined))),
})
  .pipe(perFrame())
  .subscribe((frame: Frame) => page.draw(frame))

bindAccount(element("account", HTMLAnchorElement))
bindChain(parts, page, does)
bindTimeline(parts, page, does)
bindExport(parts, page)
bindPage(parts, page, does, ui, () => themeChosen.next())

/** While nobody looks nothing is drawn, and what came meanwhile does not fly all at once afterwards. */
fromEvent(document, "visibilitychange").subscribe(() => page.rest())
