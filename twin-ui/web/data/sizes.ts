/** The size of an element, now and whenever it changes. */
import { distinctUntilChanged, Observable } from "rxjs"
import type { Size } from "../model/Layout.ts"

export const sizes = (element: Element): Observable<Size> =>
  new Observable<Size>((subscriber) => {
    const tell = (): void => {
      const { width, height } = element.getBoundingClientRect()
      subscriber.next({ width: Math.round(width), height: Math.round(height) })
    }
    const observer = new ResizeObserver(tell)
    observer.observe(element)
    tell()
    return () => observer.disconnect()
  }).pipe(distinctUntilChanged((a, b) => a.width === b.width && a.height === b.height))
