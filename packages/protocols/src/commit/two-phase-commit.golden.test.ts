/** What coordinator and participants of `testdata/` say to each other, line by line, to be read by people too. */
import { expect, test } from 'vitest';
import { CommitWorld } from '../../testing/commit-world.ts';

const participants = ['P1', 'P2'];

const text = (world: CommitWorld): string => `${world.transcript.join('\n')}\n`;
function deliverAll(world: CommitWorld): void {
  while (world.network.length > 0) world.deliver(0);
}

test('[2PC4, 2PC6, 2PC7, 2PC13, 2PC17] both promise, and it is committed', async () => {
  const world = new CommitWorld({ participants });
  world.begin('t1', 'room');
  deliverAll(world);
  await expect(text(world)).toMatchFileSnapshot('../testdata/commit.txt');
});

test('[2PC8, 2PC16] the coordinator crashes between writing a decision and telling it', async () => {
  const world = new CommitWorld({ participants });
  world.begin('t1', 'room');
  // Two PREPAREs and the first promise; of the second promise only the record of the decision takes effect.
  for (let packet = 0; packet < 3; packet++) world.deliver(0);
  world.crashAt = world.effects + 1;
  world.deliver(0);
  for (const name of participants) world.fire(name, 'inquire t1');
  deliverAll(world);
  world.restart('C');
  deliverAll(world);
  await expect(text(world)).toMatchFileSnapshot('../testdata/coordinator-crash.txt');
});

test('[2PC9, 2PC16] a participant is blocked until somebody answers: what nobody wrote down is aborted', async () => {
  const world = new CommitWorld({ participants });
  world.begin('t1', 'room');
  world.deliver(0);
  world.crash('C');
  world.lose(1);
  world.crash('P1');
  world.restart('P1');
  deliverAll(world);
  world.fire('P1', 'inquire t1');
  deliverAll(world);
  world.restart('C');
  deliverAll(world);
  await expect(text(world)).toMatchFileSnapshot('../testdata/blocked-participant.txt');
});
