/**
 * Two-phase commit blocks: the coordinator goes down between the votes and its decision and does not come back. Whoever
 * has promised may neither carry it out nor let it go, and holds the subject for ever. With cooperative termination,
 * once somebody says that the coordinator is gone for good, participants consult each other and end it alike.
 */

import type { CommitMessage, CommitOutcome } from '../../src/commit/commit-messages.ts';
import { type CoordinatorOutput, TwoPhaseCoordinator } from '../../src/commit/two-phase-coordinator.ts';
import { type ParticipantOutput, TwoPhaseParticipant } from '../../src/commit/two-phase-participant.ts';
import { seededRandom } from '../../src/random.ts';
import type { KnownFailure } from '../known-failure.ts';
import { narrated, variantOf } from '../narrated.ts';

const name = 'protocols/two-phase-blocking';
const breaks = 'everybody ends';
const coordinator = 'C';
const participants = ['P1', 'P2', 'P3'];
/** Given up by a person a while after it went down. */
const givenUpMs = 10_000;
const forMs = 60_000;

export const twoPhaseBlocking: KnownFailure = {
  name,
  title: 'The coordinator of a two-phase commit goes down for good before it tells what it decided',
  source:
    'Gray, Lamport: "Consensus on Transaction Commit", TODS 2006, section 3; Bernstein, Hadzilacos, Goodman: "Concurrency Control and Recovery in Database Systems", 1987, section 7.4',
  breaks,
  seeds: 20,
  scenario: (isFixed) =>
    narrated(variantOf(name, isFixed), 'A room is deleted while its coordinator goes down', (simulation) => {
      const { network } = simulation;
      network.setFaults({ minDelayMs: 1, maxDelayMs: 40, loss: 0.05, duplicate: 0.05, reorder: true });
      const times = { voteTimeoutMs: 5_000, againMs: 500, againMaxMs: 4_000 };
      const roles = new Map<string, TwoPhaseCoordinator | TwoPhaseParticipant>([
        [
          coordinator,
          new TwoPhaseCoordinator({ ...times, maxOpen: 1, maxRemembered: 1 }, seededRandom(coordinator)),
        ],
      ]);
      for (const each of participants) {
        const options = { inquireMs: 500, inquireMaxMs: 4_000, maxPrepared: 1 };
        roles.set(each, new TwoPhaseParticipant(options, () => 'ready', seededRandom(each)));
      }
      const ends = new Map<string, CommitOutcome>();
      const timers = new Map<string, () => void>();
      let isDown = false;
      const act = (who: string, outputs: readonly (CoordinatorOutput | ParticipantOutput)[]): void => {
        for (const output of outputs) {
          const key = 'key' in output ? `${who} ${output.key}` : '';
          if (output.kind === 'send') {
            simulation.note(`${who} to ${output.to}: ${messageWords(output.message)}`);
            network.send(who, output.to, output.message);
          }
          if (output.kind === 'clearTimer') timers.get(key)?.();
          else if (output.kind === 'apply') {
            simulation.note(`${who} ends ${output.outcome}`);
            ends.set(who, output.outcome);
          } else if (output.kind === 'setTimer') {
            timers.get(key)?.();
            timers.set(
              key,
              simulation.after(output.afterMs, () => {
                if (who !== coordinator || !isDown) act(who, roles.get(who)?.timerFired(output.key) ?? []);
              }),
            );
          }
        }
      };
      for (const who of roles.keys()) {
        network.on(who, (from, message) => {
          if (who === coordinator && isDown) return;
          act(who, roles.get(who)?.received(from, message as CommitMessage) ?? []);
        });
      }
      const outputs: CoordinatorOutput[] = [];
      const role = roles.get(coordinator);
      if (role instanceof TwoPhaseCoordinator) role.begin(outputs, 't1', 'room', participants);
      act(coordinator, outputs);
      // Somewhere between the first promise and the last acknowledgement.
      simulation.after(5 + simulation.random('crash').below(140), () => {
        simulation.note('the coordinator goes down for good');
        isDown = true;
      });
      simulation.after(givenUpMs, () => {
        // The one switch: whether who has promised may ask the others.
        if (!isFixed) return;
        for (const each of participants) {
          const participant = roles.get(each);
          const others = participants.filter((other) => other !== each);
          if (participant instanceof TwoPhaseParticipant)
            act(each, participant.abandoned(coordinator, others));
        }
      });
      simulation.run(forMs);
      const outcomes = [...new Set(ends.values())];
      if (outcomes.length > 1) simulation.fail('all alike', `some ${outcomes.join(', some ')}`);
      const blocked = participants.filter((each) => {
        const participant = roles.get(each);
        return participant instanceof TwoPhaseParticipant && participant.prepared.length > 0;
      });
      if (blocked.length > 0) simulation.fail(breaks, `${blocked.join(' and ')} hold the room for ever`);
      return { committed: Number(outcomes[0] === 'committed'), aborted: Number(outcomes[0] === 'aborted') };
    }),
};

function messageWords(message: CommitMessage): string {
  if (message.kind === 'vote') return `vote ${message.vote}`;
  if (message.kind === 'consulted')
    return message.committed ? 'it is committed' : 'nothing known, and no promise any more';
  return message.kind;
}
