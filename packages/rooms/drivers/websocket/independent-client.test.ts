import { expect, onTestFinished, test } from 'vitest';
import { connect, type Heard } from './independent-client.ts';
import { messageEntry, openStage, plainScript, reply, room } from './socket-stage.ts';

test('a client of thirty lines joins, writes, and reads what others write', async () => {
  const stage = await openStage({
    script: (input) => {
      if (input.kind !== 'command' || input.command.kind !== 'send') return plainScript(input);
      const answer = reply(input, { ok: true, value: { epoch: 1, seq: 7, duplicate: false } });
      return [answer, { kind: 'deliver', room, entries: [messageEntry(7, input.command.body)] }];
    },
  });
  onTestFinished(() => stage.close());
  const heard = Promise.withResolvers<Heard>();
  const reader = await connect(stage.url, 'anna', heard.resolve);
  const writer = await connect(stage.url, 'ben', () => {});
  await reader.call('room.join', { requestId: 'j-1', room });
  const sent = await writer.call('room.send', { room, messageId: 'm-7', body: 'hello' });
  expect(sent.result).toEqual({ epoch: 1, seq: 7, duplicate: false });
  expect(await heard.promise).toMatchObject({
    method: 'room.message',
    params: { room, seq: 7, body: 'hello' },
  });
  await expect(writer.call('room.burn')).rejects.toThrow('no method');
  for (const client of [reader, writer]) client.close();
});
