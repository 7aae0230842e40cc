/** A greenhouse decides on the spot; a server decides for another one. The network is away when the heater sticks. */
import { parseRule, RuleEngine } from '@bothy/telemetry/core';

const parsed = parseRule('too_hot danger: temperature > 30 for 20s clear below 28');
if (!parsed.ok) throw new Error(parsed.error.sentence);
const { rule } = parsed;

/** The heater sticks after a minute; somebody who is told opens the door, and it cools down. */
class Greenhouse {
  temperature = 25;
  isDoorOpen = false;
  hottest = 25;

  pass(second: number): void {
    const heat = second > 60 ? 0.004 * (60 - this.temperature) : 0;
    this.temperature += heat - (this.isDoorOpen ? 0.5 : 0);
    this.hottest = Math.max(this.hottest, this.temperature);
  }
}

/** The network is away from second 30 to 630. */
const hasNetwork = (second: number): boolean => second < 30 || second > 630;

/** Readings reach whoever decides at once, or once there is a network. */
function play(name: string, decidesHere: boolean): void {
  const house = new Greenhouse();
  const engine = new RuleEngine([rule]);
  const now = (second: number) => ({ monoMs: second * 1_000, wallMs: 1_795_167_000_000 + second * 1_000 });
  engine.step({ kind: 'start' }, now(0));
  let sent = 0;
  for (let second = 1; second <= 900; second++) {
    house.pass(second);
    if (!decidesHere && !hasNetwork(second)) continue;
    if (!decidesHere) sent += 1;
    const made = {
      sensor: 'temperature',
      node: 'house',
      stampMs: now(second).wallMs,
      value: house.temperature,
    };
    const reading = { ...made, event: false, eventType: null, hist: false };
    for (const output of engine.step({ kind: 'reading', reading }, now(second))) {
      if (output.kind !== 'event') continue;
      if (decidesHere) sent += 1;
      if (!output.event.active || house.isDoorOpen) continue;
      house.isDoorOpen = true;
      console.log(`${name}: the door opens in second ${second}`);
    }
  }
  console.log(`${name}: ${house.hottest.toFixed(0)} °C at the hottest, ${sent} messages for the decision`);
}

play('decides at the edge', true);
play('decides in the cloud', false);
