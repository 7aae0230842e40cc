/** A day of an outbox in `testdata/`, line by line, to be read by people too. */
import { expect, test } from 'vitest';
import { Outbox } from './outbox.ts';

test('[OB3, OB4, OB5, OB8] a connection that ends, a backlog, and one item too many', async () => {
  const outbox = new Outbox({ mostItems: 5, mostBytes: 1_000, window: 2 });
  const lines: string[] = [];
  const say = (line: string): void => {
    const { size, inWindow, oldest = 'none' } = outbox;
    lines.push(`${line.padEnd(34)} kept ${size}, in the window ${inWindow}, oldest ${oldest}`);
  };
  const add = (): number => {
    const { number, givenUp } = outbox.add(100);
    say(`add ${number}${givenUp.length > 0 ? `, give up ${givenUp.join()}` : ''}`);
    return number;
  };
  const send = (): void => say(`next is ${outbox.next() ?? 'none'}`);
  const fresh = (number: number): void => say(`send ${number} ${outbox.send(number) ? 'at once' : 'not'}`);

  fresh(add());
  say(`confirm ${outbox.confirmUpTo(1)} up to 1`);
  fresh(add());
  outbox.disconnected();
  say('the connection ends');
  for (let i = 0; i < 5; i++) add();
  say('the connection is back');
  fresh(add());
  send();
  send();
  send();
  say(`confirm 4: ${outbox.confirm(4)}`);
  send();
  say(`${outbox.resend()} waits again`);
  say(`confirm ${outbox.confirmUpTo(7)} up to 7`);
  say(`${outbox.resend()} waits again`);
  send();
  say(`confirm ${outbox.confirmUpTo(8)} up to 8`);
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('../testdata/outbox.txt');
});
