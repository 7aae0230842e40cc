/** What a sender says to two followers, of which one misses something, line by line, to be read by people too. */
import { expect, test } from 'vitest';
import { type Invalidation, InvalidationFollower, InvalidationSender } from './invalidations.ts';

test('[CI1, CI2, CI3, CI4, CI5] a loss, a heartbeat, a link that ends and a sender that starts anew', async () => {
  const followers = new Map(['a', 'b'].map((name) => [name, new InvalidationFollower<string>()]));
  const lines: string[] = [];
  const tell = (message: Invalidation<string>, lostBy?: string): void => {
    const { boot, number, keys } = message;
    lines.push(`boot ${boot}, number ${number}: ${keys.length === 0 ? 'a heartbeat' : keys.join(' and ')}`);
    for (const [name, follower] of followers) {
      if (name === lostBy) {
        lines.push(`  ${name} does not hear it`);
        continue;
      }
      const heard = follower.heard(message);
      const what = heard.kind === 'drop' ? `drops ${heard.keys.join(' and ')}` : heard.kind;
      lines.push(
        `  ${name} ${what.replace('dropAll', 'drops everything of it').replace('ignored', 'knows that')}`,
      );
    }
  };
  const first = new InvalidationSender<string>('1', 2);
  tell(first.heartbeat());
  for (const message of first.changed(['hut', 'lake', 'shed'])) tell(message);
  for (const message of first.changed(['hut'])) tell(message, 'b');
  tell(first.heartbeat());
  for (const message of first.changed(['lake'])) tell(message);
  lines.push(`a loses it: ${followers.get('a')?.lost().kind}`);
  tell(first.heartbeat());
  tell(new InvalidationSender<string>('2', 2).heartbeat());
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('../testdata/invalidations.txt');
});
