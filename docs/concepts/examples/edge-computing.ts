/** A greenhouse decides on the spot; a server decides for another one. The network is away when the heater sticks. */

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

/** The rule, wherever it runs: above 30 °C for 20 s, and over below 28 °C. True or false when that changes. */
class TooHot {
  #sinceSecond: number | undefined;
  #isFiring = false;

  judge(value: number, second: number): boolean | undefined {
    if (value <= 30) this.#sinceSecond = undefined;
    else this.#sinceSecond ??= second;
    const fires = this.#isFiring ? value >= 28 : second - (this.#sinceSecond ?? second) >= 20;
    if (fires === this.#isFiring) return undefined;
    this.#isFiring = fires;
    return fires;
  }
}

/** The network is away from second 30 to 630. */
const hasNetwork = (second: number): boolean => second < 30 || second > 630;

function play(name: string, decidesHere: boolean): void {
  const house = new Greenhouse();
  const rule = new TooHot();
  let sent = 0;
  for (let second = 1; second <= 900; second++) {
    house.pass(second);
    // The server hears every reading, and only while there is a network. The edge says what it found.
    if (!decidesHere && !hasNetwork(second)) continue;
    const found = rule.judge(house.temperature, second);
    if (!decidesHere || found !== undefined) sent += 1;
    if (found !== true || house.isDoorOpen) continue;
    house.isDoorOpen = true;
    console.log(`${name}: the door opens in second ${second}`);
  }
  console.log(`${name}: ${house.hottest.toFixed(0)} °C at the hottest, ${sent} messages for the decision`);
}

play('decides at the edge', true);
play('decides in the cloud', false);
