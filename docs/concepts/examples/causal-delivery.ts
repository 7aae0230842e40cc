/** An answer arrives before its question. */
import { CausalBuffer } from '@bothy/protocols';

const [ann, ben, cleo] = ['ann', 'ben', 'cleo'].map(
  (member) => new CausalBuffer<string>({ member, maxWaiting: 100 }),
);
if (ann === undefined || ben === undefined || cleo === undefined) throw new Error('three were made');

const question = ann.send('Who has the key?');
ben.receive(question);
const answer = ben.send('I have.');
console.log('the answer was sent knowing', JSON.stringify(answer.time));

// To Cleo the answer takes the shorter way.
console.log('cleo, the answer:', cleo.receive(answer).kind);
console.log('cleo lacks', JSON.stringify(cleo.missing()));
const arrival = cleo.receive(question);
if (arrival.kind === 'delivered')
  for (const { from, content } of arrival.messages) console.log(`  ${from}: ${content}`);

// What nobody caused is not waited for.
const other = ann.send('Is it cold up there?');
const third = ben.send('The stove is on.');
console.log('concurrent:', cleo.receive(third).kind, cleo.receive(other).kind);
