import { calm, type Scenario } from '@bothy/simulator';
import { type ConversationWorldOptions, conversationScenario } from './conversation-scenario.ts';
import { forkedCopies } from './forked-copies.ts';
import { restoredDevice } from './restored-device.ts';

const hourMs = 3_600_000;

/** Two to five persons, every fault: what `npm test` runs 1,000 seeds of. */
export const roughTalkOptions: ConversationWorldOptions = {
  name: 'peer/rough-talk',
  title: 'Two to five people talk while devices crash, the network splits and clocks are an hour off',
  persons: (n) => 2 + (n % 4),
  faults: {
    ...calm,
    crashEveryMs: 12_000,
    partitionEveryMs: 10_000,
    clockJumpEveryMs: 15_000,
    diskFailureEveryMs: 25_000,
    maxOutageMs: 20_000,
    maxSkewMs: hourMs,
  },
  brokerCutEveryMs: 10_000,
  duplicate: 0.1,
  loss: 0.05,
  hostile: 0,
  faultMs: 60_000,
  messages: 10,
};
export const roughTalk: Scenario = conversationScenario(roughTalkOptions);

/** Nothing goes wrong: what the protocol costs and how it looks. */
export const calmTalkOptions: ConversationWorldOptions = {
  name: 'peer/calm-talk',
  title: 'Two people become contacts and talk on a good network',
  persons: () => 2,
  faults: calm,
  brokerCutEveryMs: 0,
  duplicate: 0,
  loss: 0,
  hostile: 0,
  faultMs: 20_000,
  messages: 10,
};
export const calmTalk: Scenario = conversationScenario(calmTalkOptions);

/** The broker rewrites descriptions, swaps senders and replays what it ever saw, on top of everything else. */
export const hostileBroker: Scenario = conversationScenario({
  ...roughTalkOptions,
  name: 'peer/hostile-broker',
  title: 'Two or three people talk through a broker that lies',
  persons: (n) => 2 + (n % 2),
  hostile: 0.2,
});

/** The same broker and nothing else: lies alone must not cost a link. */
export const liesAloneOptions: ConversationWorldOptions = {
  ...calmTalkOptions,
  name: 'peer/lies-alone',
  title: 'Two people talk through a broker that lies, on a network that is fine',
  // Cuts give the liar something to replay: presence and descriptions of connections that are gone.
  brokerCutEveryMs: 3_000,
  hostile: 0.3,
};
export const liesAlone: Scenario = conversationScenario(liesAloneOptions);

/** All scenarios of this package, for soak runs and the lab. */
export const scenarios: readonly Scenario[] = [
  calmTalk,
  roughTalk,
  hostileBroker,
  liesAlone,
  forkedCopies(),
  restoredDevice(),
];
