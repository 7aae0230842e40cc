/** Where the huts stand: in a ring where there is room for one, else in a zigzag down the slope. Pixels. */

export interface Place {
  readonly x: number;
  readonly y: number;
}

export interface ClusterLayout {
  readonly places: readonly Place[];
  readonly heightPx: number;
}

/** A hut with what is written below it. */
export const hutPx = { width: 172, height: 156 } as const;
/** Narrower than this a ring would be a heap. */
const ringFromPx = 560;

export function clusterLayout(count: number, widthPx: number): ClusterLayout {
  const middle = widthPx / 2;
  if (count <= 1) return { places: [{ x: middle, y: 110 }].slice(0, count), heightPx: 236 };
  if (widthPx < ringFromPx) {
    const step = hutPx.height * 0.9;
    const side = Math.max(0, Math.min(90, widthPx / 2 - hutPx.width / 2));
    const places = Array.from({ length: count }, (_, at) => ({
      x: middle + (at % 2 === 0 ? -side : side),
      y: 92 + at * step,
    }));
    return { places, heightPx: Math.ceil(92 + (count - 1) * step + hutPx.height / 2 + 32) };
  }
  const radiusX = Math.min(middle - hutPx.width / 2, 160 + count * 44);
  const radiusY = count === 2 ? 0 : Math.min(260, 96 + count * 18);
  // The first one stands on top; two stand side by side.
  const start = count === 2 ? Math.PI : -Math.PI / 2;
  const top = radiusY + hutPx.height / 2 + 24;
  const angles = Array.from({ length: count }, (_, at) => start + (2 * Math.PI * at) / count);
  const places = angles.map((angle) => ({
    x: Math.round(middle + radiusX * Math.cos(angle)),
    y: Math.round(top + radiusY * Math.sin(angle)),
  }));
  const lowest = Math.max(...places.map(({ y }) => y));
  return { places, heightPx: lowest + hutPx.height / 2 + 32 };
}
