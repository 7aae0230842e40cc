import { expect, test } from 'vitest';
import { checkEventual, checkStrongEventual, type ReplicaObservation } from './eventual.ts';

const seen = (replica: string, updates: readonly string[], shown: string): ReplicaObservation => ({
  replica,
  atMs: 0,
  updates,
  shown,
});

test('[EV1] in the end all have every update that anybody has, and every one that was acknowledged', () => {
  const [a, b] = [seen('a', ['1', '2'], 'x'), seen('b', ['2', '1'], 'x')];
  expect(checkEventual([a, b])).toEqual({ kind: 'holds' });
  expect(checkEventual([a, b], ['1', '2'])).toEqual({ kind: 'holds' });
  expect(checkEventual([a, b], ['3'])).toMatchObject({ kind: 'violated', witness: [a] });
  const late = seen('c', ['1'], 'x');
  expect(checkEventual([a, late])).toMatchObject({
    kind: 'violated',
    witness: [late, a],
    sentence: 'Replicas do not agree: c lacks 2.',
  });
});

test('[EV2] who has the same updates shows the same', () => {
  const [a, b] = [seen('a', ['1', '2'], 'x'), seen('b', ['2', '1'], 'y')];
  expect(checkEventual([a, b])).toMatchObject({ kind: 'violated', witness: [a, b] });
  expect(checkStrongEventual([a, seen('b', ['1'], 'y')])).toEqual({ kind: 'holds' });
  expect(checkStrongEventual([a, seen('c', ['1'], 'z'), b])).toMatchObject({
    kind: 'violated',
    witness: [a, b],
  });
});
