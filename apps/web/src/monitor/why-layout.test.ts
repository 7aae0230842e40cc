import { describe, expect, it } from 'vitest';
import { whyLayout, whySizePx } from './why-layout.ts';

const sample = (stampMs: number, value: number) => ({ stampMs, value, ageMs: 0 });
const condition = {
  demand: 'above 30',
  finding: '',
  holds: true,
  limit: 30,
  until: 28,
  value: 31,
  samples: [sample(0, 29), sample(5_000, 30), sample(10_000, 31)],
};
const { width, height, margin } = whySizePx;

describe('the reasons of a rule, drawn', () => {
  it('show samples from edge to edge, and which are beyond the limit', () => {
    const layout = whyLayout(condition, []);
    expect(layout?.points.map(({ x }) => x)).toEqual([margin, width / 2, width - margin]);
    expect(layout?.points.map(({ isBeyond }) => isBeyond)).toEqual([false, false, true]);
    for (const { y } of layout?.points ?? []) {
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(height);
    }
  });

  it('show both limits, the upper one higher', () => {
    const limits = whyLayout(condition, [])?.limits ?? [];
    expect(limits.map(({ kind, value }) => [kind, value])).toEqual([
      ['limit', 30],
      ['until', 28],
    ]);
    expect(limits[0]?.y).toBeLessThan(limits[1]?.y ?? 0);
  });

  it('show the transitions of that time alone', () => {
    const transitions = [-1, 5_000, 10_001].map((wallMs) => ({ to: 'firing' as const, wallMs, value: 1 }));
    expect(whyLayout(condition, transitions)?.transitions).toEqual([{ x: width / 2, to: 'firing' }]);
  });

  it('draw no difference as if it were a value, and nothing of nothing', () => {
    const change = { ...condition, demand: 'up by more than 2 within 10 min', limit: 2, until: null };
    expect(whyLayout(change, [])?.limits).toEqual([]);
    expect(whyLayout({ ...condition, samples: [] }, [])).toBeUndefined();
    expect(whyLayout({ ...condition, samples: [sample(7, 1)] }, [])?.points).toHaveLength(1);
  });
});
