/** What the machines of `testdata/` say to each other, line by line, to be read by people too. */
import { expect, test } from 'vitest';
import { NegotiationWorld, type Wish } from '../../testing/negotiation-world.ts';

/** Both programs act first; then whoever has waited longest in a fixed round goes next. */
function transcript(wishes: readonly Wish[]): string {
  const world = new NegotiationWorld({ topics: 'apart', wishes });
  for (const _ of wishes) world.choices()[0]?.run();
  for (let turn = 0; ; turn++) {
    const choices = world.choices();
    if (choices.length === 0) break;
    choices[turn % choices.length]?.run();
  }
  return `${world.transcript.join('\n')}\n`;
}

test('[PP1, PP2] one side offers', async () => {
  const text = transcript([{ side: 1, restart: false }]);
  await expect(text).toMatchFileSnapshot('../testdata/one-side-offers.txt');
});

test('[PP1, PP2, PP5, PP6] both sides offer at once', async () => {
  const text = transcript([
    { side: 0, restart: false },
    { side: 1, restart: false },
  ]);
  await expect(text).toMatchFileSnapshot('../testdata/glare.txt');
});
