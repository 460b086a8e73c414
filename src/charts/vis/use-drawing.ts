/**
 * The life of a drawing. Draws into an element when what is drawn or the element's size has changed, at most about once a
 * second: every drawing embeds Vega anew. A page that only renders again draws nothing.
 */
import { useEffect, useRef, useState, type RefObject } from 'react';

/** In CSS pixels. */
interface Size {
  readonly width: number;
  readonly height: number;
}

/** Draws into an element that is not on the page yet, and will be so large there. */
export type Draw<Data> = (stage: HTMLElement, data: Data, size: Size) => Promise<void>;

const LEAST_MS_BETWEEN = 900;

/** A drawing that may still be behind its data. */
export interface Drawing<Data> {
  /** For the element to draw in. */
  readonly place: RefObject<HTMLDivElement | null>;
  /** What is drawn there now; null while nothing is. */
  readonly shown: Data | null;
}

/** @param data null for nothing: what was drawn is taken away */
export function useDrawing<Data>(data: Data | null, draw: Draw<Data>): Drawing<Data> {
  const place = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState<Data | null>(null);
  const { width, height } = useSize(place);
  const drawn = useSame(data);
  useEffect(() => {
    const element = place.current;
    if (element === null || width === 0 || height === 0) return;
    if (drawn === null) {
      clear(element);
      // The page’s own element was emptied one line above, which React does not know.
      // oxlint-disable-next-line react/set-state-in-effect
      setShown(null);
      return;
    }
    return scheduleOn(element, async (isCurrent) => {
      // Made aside and then put in the old one's place, so that nothing blinks.
      const stage = document.createElement('div');
      await draw(stage, drawn, { width, height });
      if (!isCurrent()) {
        release(stage);
        return;
      }
      clear(element);
      element.replaceChildren(stage);
      setShown(drawn);
    });
  }, [drawn, draw, width, height]);
  useEffect(() => {
    const element = place.current;
    return () => {
      if (element !== null) clear(element);
    };
  }, []);
  return { place, shown };
}

/** What was given before, for as long as what is given says the same. */
function useSame<Data>(data: Data): Data {
  const [before, setBefore] = useState(data);
  if (isEqual(before, data)) return before;
  setBefore(data);
  return data;
}

/** Ends at the first difference: a run adds epochs hundreds of times a second, and the page compares at each. */
function isEqual(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((value, index) => isEqual(value, other[index]));
  }
  const others = other as Readonly<Record<string, unknown>>;
  return Object.entries(one).every(([key, value]) => isEqual(value, others[key]));
}

const lastDrawn = new WeakMap<Element, number>();

/** Waits until a second has passed since the element was drawn last; what is overtaken meanwhile is not drawn. */
function scheduleOn(element: Element, draw: (isCurrent: () => boolean) => Promise<void>): () => void {
  let isCurrent = true;
  const wait = Math.max(0, (lastDrawn.get(element) ?? 0) + LEAST_MS_BETWEEN - performance.now());
  const timer = setTimeout(() => {
    lastDrawn.set(element, performance.now());
    draw(() => isCurrent).catch((error: unknown) => {
      // The table has the numbers; a chart that cannot be drawn is said in the console's place: the element itself.
      element.setAttribute('data-failed', String(error));
    });
  }, wait);
  return () => {
    isCurrent = false;
    clearTimeout(timer);
  };
}

function useSize(place: RefObject<HTMLElement | null>): Size {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      setSize({ width: element.clientWidth, height: element.clientHeight });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [place]);
  return size;
}

/** What Vega made, which holds listeners and memory until it is told to let go. */
interface Embedded {
  finalize(): void;
}

const embedded = new WeakMap<Element, Embedded>();

/** Remembers what Vega made in an element; what was there before is let go of. */
export function keepEmbedded(element: Element, made: Embedded): void {
  release(element);
  embedded.set(element, made);
}

function release(element: Element): void {
  embedded.get(element)?.finalize();
  embedded.delete(element);
}

function clear(place: Element): void {
  for (const stage of place.children) release(stage);
  place.replaceChildren();
}
