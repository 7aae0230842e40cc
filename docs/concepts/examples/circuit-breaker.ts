/** A service is down for 40 seconds. Who keeps asking, how often, and when is it found to be back? */
import { CircuitBreaker } from '@bothy/protocols';

/** Down from second 5 to second 45; a call that fails takes 3 seconds of waiting. */
const isUp = (second: number): boolean => second < 5 || second >= 45;
const waitedForFailureSeconds = 3;

const seconds = Array.from({ length: 90 }, (_each, second) => second);
const plain = seconds.filter((second) => !isUp(second)).length;
console.log(`without: ${plain} calls fail, ${plain * waitedForFailureSeconds} s waited for nothing`);

const breaker = new CircuitBreaker({ failures: 3, openMs: 4_000, factor: 2, maxOpenMs: 16_000 });
let failed = 0;
let spared = 0;
for (const second of seconds) {
  const nowMs = second * 1_000;
  const before = breaker.state(nowMs);
  const call = breaker.begin(nowMs);
  if (call === undefined) {
    spared += 1;
    continue;
  }
  const succeeded = isUp(second);
  if (!succeeded) failed += 1;
  breaker.end(call, succeeded, nowMs);
  const after = breaker.state(nowMs);
  if (after !== before) {
    const until = after === 'open' ? ` until ${breaker.retryMs / 1_000} s` : '';
    console.log(`${second} s: ${before} ▶ ${after}${until}`);
  }
}
console.log(
  `with: ${failed} calls fail, ${failed * waitedForFailureSeconds} s waited, ${spared} answered at once with "not now"`,
);
