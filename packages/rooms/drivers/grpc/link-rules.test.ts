import { describe, expect, test } from 'vitest';
import { judgeDial, judgeIncoming, type Standing, type Start } from './link-rules.ts';

const of = (id: string, boot = '1', instance = `data-${id}`): Start => ({ id, boot, instance });
const standing = (start: Start, how: Partial<Standing> = {}): Standing => ({
  ...start,
  isUp: true,
  isHeard: false,
  isDialled: false,
  ...how,
});

describe('[GRPC2] a stream from b, at a', () => {
  const b = of('b');
  test.each([
    ['no link', undefined, 'accept'],
    ['it had dialled before: it has lost that one', standing(b), 'accept'],
    ['a has dialled too, and is lower', standing(b, { isDialled: true, isUp: false }), 'glare'],
    ['the same, and the link is up', standing(b, { isDialled: true }), 'glare'],
    ['b has started anew', standing(of('b', '0'), { isDialled: true }), 'accept'],
    ['[GRPC25] an earlier start of b speaks still', standing(of('b', '0'), { isHeard: true }), 'taken'],
    ['that one has not said who it is', standing(of('b', '0'), { isHeard: true, isUp: false }), 'accept'],
    ['another data folder, linked', standing(of('b', '1', 'other')), 'taken'],
    [
      'another data folder that has not said who it is yet',
      standing(of('b', '1', 'other'), { isUp: false }),
      'accept',
    ],
  ] as const)('%s', (_, known, verdict) => expect(judgeIncoming(of('a'), b, known)).toBe(verdict));

  test('at c, whose own dial is the higher one', () => {
    expect(judgeIncoming(of('c'), b, standing(b, { isDialled: true }))).toBe('accept');
  });
  test('both sides keep the same one of two', () => {
    const [a, other] = [of('a'), of('b')];
    const atA = judgeIncoming(a, other, standing(other, { isDialled: true, isUp: false }));
    const atB = judgeIncoming(other, a, standing(a, { isDialled: true, isUp: false }));
    expect([atA, atB]).toEqual(['glare', 'accept']);
  });
  test('the own id is taken', () => expect(judgeIncoming(of('b'), b, undefined)).toBe('taken'));
});

describe('[GRPC3, GRPC4] b answers a dial of a', () => {
  const b = of('b');
  test.each([
    ['no link', undefined, 'open'],
    ['a link stands', standing(b), 'hold'],
    ['one begins', standing(b, { isUp: false }), 'hold'],
    ['a link to an earlier start', standing(of('b', '0')), 'open'],
    [
      '[GRPC25] a link to an earlier start that speaks still',
      standing(of('b', '0'), { isHeard: true }),
      'taken',
    ],
    ['a link to another data folder', standing(of('b', '1', 'other')), 'taken'],
  ] as const)('%s', (_, known, verdict) => expect(judgeDial(of('a'), b, known)).toBe(verdict));

  test('it is a itself, a copy of it, or another with its id', () => {
    expect(judgeDial(of('b'), b, undefined)).toBe('own');
    expect(judgeDial(of('b', '2'), b, undefined)).toBe('taken');
    expect(judgeDial(of('b', '1', 'other'), b, undefined)).toBe('taken');
  });
});
