/** Ana and Ben edit one note. Whose edit came after whose, and which two crossed? */
import { happenedBefore, VectorClock, type VectorStamp } from '@bothy/protocols';

function editor(name: string) {
  const clock = new VectorClock({ process: name });
  return {
    edit: (): VectorStamp => clock.tick(),
    take: (edit: VectorStamp): void => {
      const taken = clock.observe(edit);
      if (!taken.merged) throw new Error(taken.reason);
    },
  };
}
const ana = editor('ana');
const ben = editor('ben');

const title = ana.edit();
ben.take(title);
// Neither has seen the other's when they write these.
const benAdds = ben.edit();
const anaAdds = ana.edit();
ana.take(benAdds);
const anaTidies = ana.edit();

function tell(what: string, a: VectorStamp, b: VectorStamp): void {
  const verdict = happenedBefore(a, b) ? 'before' : happenedBefore(b, a) ? 'after' : 'concurrent with';
  console.log(`${what}: ${JSON.stringify(a.time)} is ${verdict} ${JSON.stringify(b.time)}`);
}
tell('title, Ben adds', title, benAdds);
tell('Ben adds, Ana adds', benAdds, anaAdds);
tell('Ben adds, Ana tidies', benAdds, anaTidies);
tell('Ana tidies, Ana adds', anaTidies, anaAdds);
