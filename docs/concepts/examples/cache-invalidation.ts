/** One node changes rooms, another caches them; the message about one change is lost. */
import { type Invalidation, InvalidationFollower, InvalidationSender } from '@bothy/protocols';

const sender = new InvalidationSender<string>('boot 7', 100);
const follower = new InvalidationFollower<string>();
const cached = new Set<string>();

function hear(message: Invalidation<string>): void {
  const heard = follower.heard(message);
  if (heard.kind === 'drop') for (const key of heard.keys) cached.delete(key);
  if (heard.kind === 'dropAll') cached.clear();
  const what = message.keys.length > 0 ? `change of ${message.keys.join()}` : 'heartbeat';
  console.log(`${what}, number ${message.number}: ${heard.kind}; cached: ${[...cached].join() || 'nothing'}`);
}

hear(sender.heartbeat());
for (const room of ['hut', 'lake', 'shed']) cached.add(room);
for (const message of sender.changed(['hut'])) hear(message);
for (const message of sender.changed(['lake'])) console.log(`number ${message.number} is lost: lake is old`);
hear(sender.heartbeat());

cached.add('shed');
console.log(`the link ends: ${follower.lost().kind}`);
cached.clear();
hear(new InvalidationSender<string>('boot 8', 100).heartbeat());
