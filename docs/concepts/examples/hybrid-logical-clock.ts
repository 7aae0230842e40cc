/** Ben's wall clock is an hour slow. His answer must still stand below Ana's question. */
import { compareHlc, type Hlc, HybridLogicalClock } from '@bothy/protocols';

const minuteMs = 60_000;
const tenMs = Date.UTC(2026, 10, 21, 10);
const options = { maxAheadMs: 120 * minuteMs };
const ana = new HybridLogicalClock(options);
const ben = new HybridLogicalClock(options);

const show = ({ ms, counter }: Hlc): string => `${new Date(ms).toISOString().slice(11, 19)} +${counter}`;

const question = ana.tick(tenMs);
console.log(`Ana asks at       ${show(question)}`);

// A minute later, by Ben's clock 09:01.
const benWallMs = tenMs - 59 * minuteMs;
const observed = ben.observe(question, benWallMs);
if (observed.merged) console.log(`Ben receives it   ${show(observed.at)}`);
const answer = ben.tick(benWallMs);
console.log(`Ben answers at    ${show(answer)}`);
console.log(`Sorted by stamp: ${compareHlc(question, answer) < 0 ? 'question, answer' : 'answer, question'}`);

// Two minutes later the wall clock is past everything seen, and the counter is gone again.
console.log(`Ana writes again  ${show(ana.tick(tenMs + 3 * minuteMs))}`);

const broken = { ms: tenMs + 300 * minuteMs, counter: 0 };
const refused = ana.observe(broken, tenMs + 4 * minuteMs);
if (!refused.merged) console.log(`A stamp ${refused.aheadMs / minuteMs} minutes ahead is not merged`);
