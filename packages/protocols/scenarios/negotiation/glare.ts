/**
 * Glare: both sides offer at once. The impolite one ignores the other's offer, and then its candidates arrive, which fit
 * no description it has: the connection refuses them. Who takes that for a broken connection gives up a good one
 * (webrtc-pc, issue 2367). Told whose a candidate is, the machine hands the connection none that it would refuse.
 */
import { candidatesPerFragment } from '../../testing/model-connection.ts';
import { NegotiationWorld, type Side, type Wish } from '../../testing/negotiation-world.ts';
import type { KnownFailure } from '../known-failure.ts';
import { narrated, variantOf } from '../narrated.ts';

const name = 'protocols/glare';
const breaks = 'the link is made';

export const glare: KnownFailure = {
  name,
  title: 'Both sides offer at once, and the candidates of the ignored offer are taken for a broken link',
  source: 'W3C webrtc-pc, issue 2367: the stray candidates of an offer that the impolite peer ignored',
  breaks,
  seeds: 20,
  scenario: (isFixed) =>
    narrated(
      variantOf(name, isFixed),
      'Two peers make and change a link, at the same moments',
      (simulation) => {
        const random = simulation.random('world');
        const more = Array.from({ length: random.below(4) }, (): Wish => {
          return { side: random.below(2) === 0 ? 0 : 1, restart: random.below(2) === 0 };
        });
        const wishes: Wish[] = [{ side: 0, restart: false }, { side: 1, restart: false }, ...more];
        // The one switch: whether the machine is told, by its fragment, which description a candidate belongs to.
        const world = new NegotiationWorld({ topics: 'apart', wishes, tellsCandidates: isFixed });
        let told = 0;
        let steps = 0;
        const judge = (): void => {
          for (; told < world.transcript.length; told++) {
            const line = world.transcript[told] ?? '';
            simulation.note(line);
            if (line.endsWith('<- operationFailed addCandidate')) {
              simulation.fail(breaks, 'a candidate was refused, and the link given up for it');
            }
          }
        };
        const turn = (): void => {
          const choices = world.choices();
          if (choices.length === 0) return;
          steps += 1;
          choices[random.below(choices.length)]?.run();
          judge();
          simulation.after(1 + random.below(5), turn);
        };
        turn();
        if (!simulation.runUntilIdle(600_000)) simulation.fail('they come to rest', 'they never do');
        const problem = disagreement(world.sides);
        if (problem !== undefined) simulation.fail('both hold one pair', problem);
        const countOf = (kind: string): number =>
          world.outputs.filter((output) => output.kind === kind).length;
        return {
          steps,
          offersIgnored: countOf('offerIgnored'),
          candidatesApplied: countOf('addCandidate'),
          candidatesDropped: countOf('candidateDropped'),
        };
      },
    ),
};

/** Rules PP1 and PP2: both are stable on the same pair, with every candidate of it. */
function disagreement([one, other]: readonly [Side, Side]): string | undefined {
  for (const { name: side, machine, connection } of [one, other]) {
    if (machine.signalingState !== 'stable' || !connection.satisfied) return `${side} has not ended`;
  }
  for (const [from, to] of [[one, other] as const, [other, one] as const]) {
    const { local } = from.connection;
    if (local?.id !== to.connection.remote?.id) return `${to.name} holds another description of ${from.name}`;
    const taken = [...to.connection.applied].filter((each) => each.startsWith(`${local?.fragment}/`));
    if (taken.length !== candidatesPerFragment) return `${to.name} lacks candidates of ${from.name}`;
  }
  return undefined;
}
