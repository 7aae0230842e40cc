/** What the rules of Raft about commits and changes are for: runs that lose what was committed without them. */
import type { MemberId } from '@bothy/protocols';
import type { KnownFailure } from '../known-failure.ts';
import type { PaperSwitches } from './paper-raft.ts';
import { type PaperSchedule, type PaperStep, paperScenario } from './paper-raft-world.ts';

const fixed: PaperSwitches = { countsOldTerms: false, changesTooSoon: false };

const campaign = (at: MemberId, ...others: MemberId[]): PaperStep => ({
  together: [at, ...others],
  at,
  input: { kind: 'campaign' },
});
const propose = (value: string, at: MemberId, ...others: MemberId[]): PaperStep => ({
  together: [at, ...others],
  at,
  input: { kind: 'propose', value },
});
const change = (members: readonly MemberId[], at: MemberId, ...others: MemberId[]): PaperStep => ({
  together: [at, ...others],
  at,
  input: { kind: 'propose', value: `now ${members.join()}`, members },
});

/** Figure 8 of the paper, steps (a) to (d). */
const figureEight: PaperSchedule = {
  founders: ['s1', 's2', 's3', 's4', 's5'],
  others: [],
  steps: [
    campaign('s1', 's2', 's3', 's4', 's5'),
    propose('before', 's1', 's2', 's3', 's4', 's5'),
    // (a) s1 leads, and only s2 has its entry.
    propose('of s1', 's1', 's2'),
    // (b) s5 is elected by s3 and s4, and takes another one in the same place.
    { ...campaign('s5', 's3', 's4'), alone: true },
    propose('of s5', 's5'),
    // Its first term is known to s3 already.
    campaign('s1', 's2', 's3'),
    // (c) s1 leads again and brings its old entry to s3: three of five have it.
    campaign('s1', 's2', 's3'),
    // (d) s5 is elected once more, for its last entry is of a later term, and brings its own to all.
    campaign('s5', 's2', 's3', 's4'),
    campaign('s5', 's2', 's3', 's4'),
    propose('later', 's5', 's2', 's3', 's4'),
    propose('later still', 's5', 's1', 's2', 's3', 's4'),
  ],
};

export const oldTermCounted: KnownFailure = {
  name: 'protocols/raft-old-term',
  title: 'An entry of an earlier term is committed by counting who has it, and is overwritten',
  source: 'Ongaro, Ousterhout: In Search of an Understandable Consensus Algorithm, 2014, figure 8',
  breaks: 'state-machine safety',
  seeds: 20,
  scenario: (isFixed) =>
    paperScenario(
      isFixed ? 'protocols/raft-old-term' : 'protocols/raft-old-term/broken',
      'Figure 8 of the paper: who counts an entry of an earlier term',
      [figureEight],
      { ...fixed, countsOldTerms: !isFixed },
    ),
};

/**
 * s1 changes the set, and only `first` hear of it; s2, elected by the old set, changes it otherwise, and commits that
 * with `second`; then s1 is elected by a majority of its own set which shares nobody with that.
 */
function twoChanges(
  byFirst: readonly MemberId[],
  first: readonly MemberId[],
  bySecond: readonly MemberId[],
  second: readonly MemberId[],
): PaperSchedule {
  const all: readonly MemberId[] = ['s1', 's2', 's3', 's4'];
  return {
    founders: all,
    others: ['s5', 's6'],
    steps: [
      campaign('s1', 's2', 's3', 's4'),
      propose('before', 's1', 's2', 's3', 's4'),
      change(byFirst, 's1', ...first),
      { ...campaign('s2', 's3', 's4'), alone: true },
      change(bySecond, 's2', ...second),
      campaign('s1', 's4', ...first),
      campaign('s1', 's4', ...first),
      propose('after', 's1', 's4', ...first),
      propose('later', 's1', 's2', 's3', 's4', 's5', 's6'),
    ],
  };
}

const four = ['s1', 's2', 's3', 's4'];

export const singleServerChanges: KnownFailure = {
  name: 'protocols/raft-single-change',
  title: 'Two leaders change one member each, and majorities of the two sets share nobody',
  source: 'Ongaro: bug in single-server membership changes, raft-dev, 2015',
  breaks: 'state-machine safety',
  seeds: 20,
  scenario: (isFixed) =>
    paperScenario(
      isFixed ? 'protocols/raft-single-change' : 'protocols/raft-single-change/broken',
      'One member is added or removed at a time, by a leader that has committed in its term or not',
      [
        // Both add one.
        twoChanges([...four, 's5'], ['s5'], [...four, 's6'], ['s3', 's6']),
        // One adds, the other removes.
        twoChanges([...four, 's5'], ['s5'], ['s2', 's3', 's4'], ['s3']),
        // Both remove one.
        twoChanges(['s1', 's3', 's4'], [], ['s2', 's3', 's4'], ['s3']),
      ],
      { ...fixed, changesTooSoon: !isFixed },
    ),
};
