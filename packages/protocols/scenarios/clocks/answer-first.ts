/**
 * An answer before its question: everybody sends to everybody, on ways of different length. An answer may take the short
 * way while its question is still on the long one. With a causal buffer it waits.
 */
import { CausalBuffer, type CausalMessage } from '../../src/clocks/causal-buffer.ts';
import type { KnownFailure } from '../known-failure.ts';
import { narrated, variantOf } from '../narrated.ts';

const name = 'protocols/answer-first';
const breaks = 'no answer before its question';
const members = ['ann', 'ben', 'cleo', 'dora'];
const forMs = 20_000;

interface Said {
  readonly id: string;
  /** What it answers; empty for a question. */
  readonly to: string;
}

export const answerFirst: KnownFailure = {
  name,
  title: 'An answer takes a shorter way than its question, and is shown first',
  source: 'Birman, Joseph: "Reliable Communication in the Presence of Failures", ACM TOCS 5(1), 1987',
  breaks,
  seeds: 10,
  scenario: (isFixed) =>
    narrated(variantOf(name, isFixed), 'Four ask and answer over ways of different length', (simulation) => {
      const { network } = simulation;
      const random = simulation.random('talk');
      network.setFaults({ minDelayMs: 5, maxDelayMs: 400, loss: 0, duplicate: 0.05, reorder: true });
      const buffers = new Map(
        members.map((member) => [member, new CausalBuffer<Said>({ member, maxWaiting: 1_000 })]),
      );
      const shown = new Map(members.map((member) => [member, new Set<string>()]));
      let longestWait = 0;
      let count = 0;
      const say = (member: string, to: string): void => {
        count += 1;
        const message = buffers.get(member)?.send({ id: `${member} ${count}`, to });
        if (message === undefined) return;
        shown.get(member)?.add(message.content.id);
        for (const other of members) if (other !== member) network.send(member, other, message);
      };
      const show = (member: string, { id, to }: Said): void => {
        const known = shown.get(member);
        simulation.note(`${member} is shown ${id}${to === '' ? '' : `, an answer to ${to}`}`);
        if (to !== '' && known?.has(to) === false)
          simulation.fail(breaks, `${member} is shown ${id}, and not ${to}, which it answers`);
        known?.add(id);
        // Who is shown something answers now and then.
        if (random.next() < 0.25) simulation.after(random.below(50), () => say(member, id));
      };
      for (const member of members) {
        network.on(member, (_from, message) => {
          const buffer = buffers.get(member);
          const arrival = buffer?.receive(message as CausalMessage<Said>);
          longestWait = Math.max(longestWait, buffer?.waiting ?? 0);
          // The one switch: whether what came first is shown first.
          if (!isFixed) {
            if (arrival?.kind !== 'known') show(member, (message as CausalMessage<Said>).content);
          } else if (arrival?.kind === 'delivered')
            for (const { content } of arrival.messages) show(member, content);
        });
        simulation.after(random.below(1_000), () => say(member, ''));
      }
      simulation.run(forMs);
      for (const [member, buffer] of buffers)
        if (buffer.waiting > 0)
          simulation.fail('all is shown', `${member} still waits for ${buffer.waiting}`);
      return { said: count, longestWait };
    }),
};
