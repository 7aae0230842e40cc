/** Wheel and fingers on a chart. A mouse that drags selects, which uPlot does by itself. */

export interface ChartMoves {
  /** `anchor`: from 0 at the left to 1 at the right. */
  readonly zoom: (factor: number, anchor: number) => void;
  /** By so much of the width; above 0 towards later. */
  readonly pan: (by: number) => void;
}

/** Returns what ends it. One finger moves along time (up and down scrolls the page), two spread it. */
export function listenForGestures(area: HTMLElement, moves: ChartMoves): () => void {
  const fingers = new Map<number, number>();
  const width = (): number => Math.max(area.getBoundingClientRect().width, 1);
  const place = (clientX: number): number => (clientX - area.getBoundingClientRect().left) / width();

  function wheeled(event: WheelEvent): void {
    event.preventDefault();
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) moves.pan(event.deltaX / width());
    else if (event.deltaY !== 0) moves.zoom(event.deltaY > 0 ? 1.25 : 0.8, place(event.clientX));
  }
  function pressed(event: PointerEvent): void {
    if (event.pointerType !== 'touch' || fingers.size >= 2) return;
    fingers.set(event.pointerId, event.clientX);
  }
  function moved(event: PointerEvent): void {
    const before = fingers.get(event.pointerId);
    if (before === undefined) return;
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
    fingers.set(event.pointerId, event.clientX);
    if (other === undefined) return moves.pan((before - event.clientX) / width());
    const [apart, now] = [Math.abs(before - other), Math.abs(event.clientX - other)];
    if (apart > 8 && now > 8) moves.zoom(apart / now, place((event.clientX + other) / 2));
  }
  function lifted(event: PointerEvent): void {
    fingers.delete(event.pointerId);
  }

  area.addEventListener('wheel', wheeled, { passive: false });
  area.addEventListener('pointerdown', pressed);
  area.addEventListener('pointermove', moved);
  for (const end of ['pointerup', 'pointercancel', 'pointerleave'] as const) {
    area.addEventListener(end, lifted);
  }
  return () => {
    area.removeEventListener('wheel', wheeled);
    area.removeEventListener('pointerdown', pressed);
    area.removeEventListener('pointermove', moved);
    for (const end of ['pointerup', 'pointercancel', 'pointerleave'] as const) {
      area.removeEventListener(end, lifted);
    }
  };
}
