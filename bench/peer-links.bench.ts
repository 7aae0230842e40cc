/** Links and messages of Bothy beside PeerJS, Trystero and bare WebRTC, all on this machine. */
import { linkContest } from './stage/link-contest.ts';
import { roundsOption } from './stage/options.ts';
import { peerReport } from './stage/peer-report.ts';
import { openPeerStage } from './stage/peer-stage.ts';
import { publish } from './stage/readme-section.ts';
import { runRounds } from './stage/rounds.ts';
import { sendContest, tripContest } from './stage/talk-contest.ts';

const rounds = roundsOption(process.argv.slice(2));
const plan = { rounds, warmUpRounds: 3 };
const stage = await openPeerStage();
try {
  const links = await runRounds(plan, linkContest(stage));
  const trips = await runRounds(plan, tripContest(stage.atNode, stage.rivals));
  const sends = await runRounds(plan, sendContest(stage.atNode, stage.rivals));
  publish('peer-links', peerReport({ links, trips, sends }));
} finally {
  await stage.stop();
}
// PeerJS's server keeps a timer that nobody can end.
process.exit();
