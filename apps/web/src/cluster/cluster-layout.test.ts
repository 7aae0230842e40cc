import { describe, expect, it } from 'vitest';
import { clusterLayout, hutPx } from './cluster-layout.ts';

describe('huts', () => {
  it.each([312, 360, 600, 768, 1200])('stand inside a picture of %d px, and none on another', (widthPx) => {
    for (let count = 1; count <= 7; count += 1) {
      const { places, heightPx } = clusterLayout(count, widthPx);
      expect(places).toHaveLength(count);
      for (const [at, { x, y }] of places.entries()) {
        expect(x).toBeGreaterThanOrEqual(hutPx.width / 2);
        expect(x).toBeLessThanOrEqual(widthPx - hutPx.width / 2);
        expect(y).toBeLessThanOrEqual(heightPx - hutPx.height / 2);
        for (const other of places.slice(at + 1)) {
          const apart =
            Math.abs(other.x - x) >= hutPx.width * 0.9 || Math.abs(other.y - y) >= hutPx.height * 0.85;
          expect(apart, `${count} huts in ${widthPx} px: ${x},${y} and ${other.x},${other.y}`).toBe(true);
        }
      }
    }
  });

  it('are none when there is no node', () => {
    expect(clusterLayout(0, 600).places).toEqual([]);
  });
});
