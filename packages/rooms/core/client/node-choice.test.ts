import { seededRandom } from '@bothy/protocols';
import { expect, test } from 'vitest';
import { NodeChoice } from './node-choice.ts';

const urls = ['ws://n1/ws', 'ws://n2/ws', 'ws://n3/ws', 'ws://n4/ws', 'ws://n5/ws'];
const clients = 1_000;

/** Where the crowd of the first node goes when that stops: how many come to each. */
function crowd(sessions: readonly (number | undefined)[]): number[] {
  const came = urls.map(() => 0);
  for (let client = 0; client < clients; client++) {
    const choice = new NodeChoice([{ url: urls[0] ?? '' }], seededRandom(`client ${client}`));
    choice.learn(
      urls.map((url, at) => {
        const load = sessions[at];
        return load === undefined ? { url } : { url, sessions: load };
      }),
      0,
    );
    expect(choice.next(undefined, false, 0)).toEqual({ url: urls[0], afterMs: 0 });
    choice.succeeded();
    const at = urls.indexOf(choice.next(urls[0], true, 1_000).url);
    came[at] = (came[at] ?? 0) + 1;
  }
  return came;
}

test('[CL14] the crowd of a node that stops is spread over all others, and most go where few are', () => {
  const [stopped, ...others] = crowd([1_000, 10, 10, 300, 300]);
  expect(stopped).toBe(0);
  // Of the six pairs five have an emptier one.
  const [one = 0, two = 0, three = 0, four = 0] = others;
  for (const few of [one, two]) expect(few).toBeGreaterThan(350);
  for (const many of [three, four]) expect(many).toBeLessThan(150);
  expect(three + four).toBeGreaterThan(100);
});

test('[CL14] where nothing is known of loads, and where that is old, they are spread evenly', () => {
  for (const each of crowd([]).slice(1)) expect(Math.abs(each - clients / 4)).toBeLessThan(60);
  const choice = new NodeChoice([{ url: urls[0] ?? '' }], seededRandom('old'));
  choice.learn(
    urls.map((url, at) => ({ url, sessions: at * 100 })),
    0,
  );
  const firsts = new Set<string>();
  for (let times = 0; times < 50; times++) {
    choice.hurry();
    firsts.add(choice.next(urls[0], true, 3_600_000).url);
  }
  expect([...firsts].sort()).toEqual(urls.slice(1));
});
