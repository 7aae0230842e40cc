/** What clients of rooms were told is judged: each breach is planted in a history that is whole. */
import type { RoomActor, RoomCommand, RoomContent, RoomEntry } from '@bothy/wire';
import { expect, test } from 'vitest';
import { RoomHistories } from './room-histories.ts';
import { personOf } from './sim-person.ts';

const room = 'creationaaaaaaaan1aa';
const actor = (name: string): RoomActor => ({
  person: personOf(name),
  name,
  verified: true,
  operator: false,
});
const [ann, ben] = [actor('ann'), actor('ben')];

class Stage {
  nowMs = 0;
  last = 0;
  readonly histories = new RoomHistories(() => this.nowMs);

  constructor() {
    this.write(ann, 'c1', { kind: 'created', roomName: 'Hut', description: '', visibility: 'public' });
    for (const who of [ann, ben]) this.joins(who);
  }

  /** It becomes durable; `place` is what its author is told, if they are. */
  write(who: RoomActor, key: string, content: RoomContent, place: number | undefined = this.last + 1): void {
    this.last += 1;
    const { person: author, name } = who;
    const entry: RoomEntry = { epoch: 1, seq: this.last, author, name, sentAt: 0, key, content };
    this.histories.written(room, [entry]);
    if (place !== undefined) this.histories.answered(who, room, key, place);
    this.nowMs += 10;
  }

  asks(who: RoomActor, command: RoomCommand): RoomCommand {
    this.nowMs += 10;
    this.histories.asked(who, command);
    this.nowMs += 10;
    return command;
  }

  says(who: RoomActor, key: string, place?: number): void {
    this.asks(who, { kind: 'send', room, messageId: key, body: key });
    this.write(who, key, { kind: 'message', body: key }, place);
  }

  joins(who: RoomActor): void {
    const { person, name: personName } = who;
    const requestId = `j-${this.last}`;
    const command = this.asks(who, { kind: 'join', requestId, room, limit: 1 });
    this.write(who, requestId, { kind: 'joined', person, personName, role: 'member' });
    this.histories.joined(who, command);
  }

  leaves(who: RoomActor): void {
    const { person, name: personName } = who;
    this.asks(who, { kind: 'leave', requestId: 'l', room });
    this.write(who, 'l', { kind: 'left', person, personName, reason: 'left' });
  }

  refused(who: RoomActor, code: 'not_a_member' | 'banned' | 'room_deleted'): void {
    const command = this.asks(who, { kind: 'send', room, messageId: `r${this.nowMs}`, body: '' });
    this.histories.refused(who, command, code);
  }

  deletes(isTold: boolean): void {
    this.asks(ann, { kind: 'delete', requestId: 'd', room });
    if (isTold) this.histories.deleted(ann, room);
    this.nowMs += 10;
  }

  problem(isBuried = false): string | undefined {
    return this.histories.problem(() => isBuried);
  }
}

function whole(): Stage {
  const stage = new Stage();
  for (let count = 0; count < 20; count += 1) stage.says(count % 2 === 0 ? ann : ben, `m${count}`);
  return stage;
}

test('a history that is whole is explained, also by what was not answered', () => {
  const stage = whole();
  stage.leaves(ben);
  stage.refused(ben, 'not_a_member');
  stage.joins(ben);
  stage.says(ben, 'back');
  stage.deletes(false);
  stage.says(ben, 'not yet');
  stage.refused(ben, 'room_deleted');
  expect(stage.problem()).toBeUndefined();
});

test.each<[string, (stage: Stage) => void, readonly RegExp[]]>([
  [
    'a member who is forgotten',
    (stage) => stage.refused(ben, 'not_a_member'),
    [/ben: joined of ben j-\d+ is entry 3$/, /ben is told noMember of ben$/],
  ],
  [
    'a member who was never banned',
    (stage) => stage.refused(ben, 'banned'),
    [/ben: joined of ben/, /ben is told banned of ben$/],
  ],
  [
    'who has left and writes',
    (stage) => {
      stage.leaves(ben);
      stage.says(ben, 'ghost');
    },
    [/ben: joined/, /ben: left/, /ben: message ghost is entry 25$/],
  ],
  [
    'a deletion that was told, and a message after it',
    (stage) => {
      stage.deletes(true);
      stage.says(ben, 'undead');
    },
    [/ben: joined of ben/, /ann deletes it$/, /ben: message undead is entry 24$/],
  ],
  [
    'a deletion that nobody asked for',
    (stage) => stage.refused(ben, 'room_deleted'),
    [/ben is told that it was deleted$/],
  ],
  [
    'an acknowledged message that is lost',
    (stage) => {
      stage.asks(ben, { kind: 'send', room, messageId: 'gone', body: '' });
      stage.histories.answered(ben, room, 'gone', 23);
    },
    [/ben: joined of ben/, /m19 is entry 23$/, /ben: gone, which no log has, is entry 23$/],
  ],
])('found: %s', (_, plant, lines) => {
  const stage = whole();
  plant(stage);
  stage.nowMs += 100;
  const [sentence, ...shown] = stage.problem()?.split('\n') ?? [];
  expect(sentence).toMatch(/^creation.*: No order explains \d of \d+ operations/);
  expect(shown).toHaveLength(lines.length);
  for (const line of lines)
    expect(
      shown.some((each) => line.test(each)),
      shown.join('\n'),
    ).toBe(true);
});
