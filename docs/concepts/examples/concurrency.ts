/** Four sensors for two minutes. One hangs for half a minute: what do the others get, and does it come back? */

const everySeconds = { temperature: 5, humidity: 5, light: 10, airquality: 10 };
type Name = keyof typeof everySeconds;
const names: readonly Name[] = ['temperature', 'humidity', 'light', 'airquality'];

/** From second 30 to 60 a read of the light never ends: it waits for its sensor, or loops and keeps its thread busy. */
type Fault = 'waits' | 'loops';
const hangs = (name: Name, second: number): boolean => name === 'light' && second >= 30 && second < 60;

interface Arrangement {
  readonly name: string;
  readonly threads: readonly (readonly Name[])[];
  /** A read that waits keeps its thread from everything else. */
  readonly isBlocking: boolean;
  /** What waits for 5 s is given up. A thread that has not answered for 2 s is ended, and who did it gets its own. */
  readonly hasDeadlines: boolean;
}

function play({ name, threads: planned, isBlocking, hasDeadlines }: Arrangement, fault: Fault): void {
  let threads = planned;
  let out: { readonly sensor: Name; readonly since: number }[] = [];
  const readings = new Map<Name, number>();

  for (let second = 0; second < 120; second++) {
    const patience = fault === 'waits' ? 5 : 2;
    for (const { sensor, since } of hasDeadlines ? out : []) {
      if (second - since < patience) continue;
      out = out.filter((read) => read.sensor !== sensor);
      if (fault === 'loops')
        threads = [...threads.map((each) => each.filter((one) => one !== sensor)), [sensor]];
    }
    for (const thread of threads) {
      for (const sensor of thread) {
        const isBusy = out.some((read) => thread.includes(read.sensor));
        const isOut = out.some((read) => read.sensor === sensor);
        if (second % everySeconds[sensor] !== 0 || isOut) continue;
        if (isBusy && (isBlocking || fault === 'loops')) continue;
        if (hangs(sensor, second)) out.push({ sensor, since: second });
        else readings.set(sensor, (readings.get(sensor) ?? 0) + 1);
      }
    }
  }
  const counts = names.map((each) => `${each} ${readings.get(each) ?? 0} of ${120 / everySeconds[each]}`);
  const used = threads.filter((thread) => thread.length > 0).length;
  console.log(`  ${name}: ${counts.join(', ')}; threads: ${used}`);
}

const arrangements: readonly Arrangement[] = [
  { name: 'in a row', threads: [names], isBlocking: true, hasDeadlines: false },
  { name: 'a thread for each', threads: names.map((each) => [each]), isBlocking: true, hasDeadlines: false },
  { name: 'shared, with deadlines', threads: [names], isBlocking: false, hasDeadlines: true },
];
for (const fault of ['waits', 'loops'] as const) {
  console.log(`the light ${fault}`);
  for (const each of arrangements) play(each, fault);
}
