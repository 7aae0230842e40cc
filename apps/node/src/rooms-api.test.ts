import { type RoomEntry, roomLimits } from '@bothy/wire';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clusterStatus, openRestStage, personOf, type RestStage, room, roomInfo } from './rest/rest-stage.ts';

let stage: RestStage;
beforeEach(async () => {
  stage = await openRestStage();
});
afterEach(() => stage.close());

interface Ask {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

async function ask(request: string, { token, body, headers = {} }: Ask = {}) {
  const [method = 'GET', path = ''] = request.split(' ');
  const isFile = body instanceof Uint8Array;
  const answer = await fetch(path.startsWith('http') ? path : `${stage.url}/api/v1/${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined || isFile ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isFile ? new Uint8Array(body) : JSON.stringify(body) }),
  });
  const type = answer.headers.get('content-type') ?? '';
  return {
    status: answer.status,
    headers: answer.headers,
    body: type.startsWith('application/json') ? await answer.json() : Buffer.from(await answer.arrayBuffer()),
  };
}

const entry: RoomEntry = {
  epoch: 1,
  seq: 3,
  author: 'guest:ben',
  name: 'ben',
  sentAt: 5,
  key: 'm-3',
  content: { kind: 'message', body: 'hello' },
};
const history = { ok: true, value: { entries: [entry], complete: false } } as const;
const rooms = { ok: true, value: { rooms: [roomInfo], unreachable: ['n2'] } } as const;
const notAMember = { ok: false, code: 'not_a_member', message: 'Join it first.' } as const;

describe('reading', () => {
  test('guests of this machine list rooms and read history, as nobody in particular', async () => {
    stage.answer = ({ command }) => (command.kind === 'list' ? rooms : history);
    expect(await ask('GET rooms')).toMatchObject({ status: 200, body: rooms.value });
    const answer = await ask(`GET rooms/${room}/entries?after=2&limit=5`);
    expect(answer.body).toEqual({
      complete: false,
      entries: [
        {
          kind: 'message',
          epoch: 1,
          seq: 3,
          author: 'guest:ben',
          name: 'ben',
          sentAt: 5,
          messageId: 'm-3',
          body: 'hello',
        },
      ],
    });
    const actor = { person: '', name: 'guest', verified: false, operator: false };
    const command = { kind: 'history', room, after: 2, limit: 5, open: true };
    expect(stage.asked.at(-1)).toEqual({ actor, command, trace: undefined });
    expect((await ask(`GET rooms/${room}`)).body).toEqual({ room: roomInfo });
  });

  test('who has a token reads as themselves', async () => {
    stage.answer = ({ command }) =>
      command.kind === 'info' ? { ok: true, value: { room: roomInfo, members: [] } } : history;
    const token = await stage.tokenOf('ann');
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await ask(`GET rooms/${room}/entries`, { token, headers: { traceparent } });
    const actor = { person: personOf('ann'), name: 'ann', verified: true, operator: false };
    const command = { kind: 'history', room, limit: 50, open: true };
    expect(stage.asked).toEqual([{ actor, command, trace: traceparent }]);
    expect((await ask(`GET rooms/${room}`, { token })).body).toEqual({ room: roomInfo, members: [] });
    stage.answer = ({ command: { kind } }) => (kind === 'list' ? rooms : notAMember);
    expect((await ask(`GET rooms/${room}`, { token })).body).toEqual({ room: roomInfo });
  });

  test('behind a proxy, with a token that is not good, or where guests are off, there is nothing to read', async () => {
    const forwarded = { headers: { 'x-forwarded-for': '192.0.2.7' } };
    for (const path of ['rooms', `rooms/${room}`, `rooms/${room}/entries`, 'cluster']) {
      expect(await ask(`GET ${path}`, forwarded)).toMatchObject({
        status: 401,
        body: { code: 'unauthorized' },
      });
      expect(await ask(`GET ${path}`, { token: 'no.token.here' })).toMatchObject({ status: 401 });
    }
    expect(stage.asked).toEqual([]);
  });

  test('refusals of the core have their status', async () => {
    for (const [code, status] of [
      ['room_not_found', 404],
      ['not_a_member', 403],
      ['room_deleted', 410],
      ['administrator_unreachable', 503],
    ] as const) {
      stage.answer = () => ({ ok: false, code, message: 'So it is.' });
      expect(await ask(`GET rooms/${room}/entries`)).toMatchObject({
        status,
        body: { code, message: 'So it is.' },
      });
    }
  });

  test.each([
    'rooms/nope',
    'rooms/nope/entries',
    `rooms/${room}/entries?limit=1000`,
    `rooms/${room}/entries?before=-1`,
    `rooms/${room}/entries?after=x`,
    `rooms/${room}/entries?before=1&after=2`,
  ])('GET %s is a bad request', async (path) => {
    expect(await ask(`GET ${path}`)).toMatchObject({ status: 400, body: { code: 'bad_request' } });
  });

  test('guests see the cluster without private rooms', async () => {
    expect((await ask('GET cluster')).body.rooms.map(({ name }: { name: string }) => name)).toEqual(['Hut']);
    expect((await ask('GET cluster', { token: await stage.tokenOf('ann') })).body).toEqual(clusterStatus);
  });
});

describe('posting', () => {
  test('needs a token, and sends once by its messageId', async () => {
    stage.answer = () => ({ ok: true, value: { epoch: 1, seq: 4, duplicate: false } });
    const body = { messageId: 'm-4', body: 'hello', replyTo: 3 };
    expect(await ask(`POST rooms/${room}/messages`, { body })).toMatchObject({ status: 401 });
    const token = await stage.tokenOf('ann');
    const answer = await ask(`POST rooms/${room}/messages`, { token, body });
    expect(answer.body).toEqual({ epoch: 1, seq: 4, duplicate: false, messageId: 'm-4' });
    expect(stage.asked).toMatchObject([{ command: { kind: 'send', room, ...body } }]);
    const unnamed = await ask(`POST rooms/${room}/messages`, { token, body: { body: 'again' } });
    expect(stage.asked[1]?.command).toMatchObject({ messageId: unnamed.body.messageId });
  });

  test('what is too large or wrong is refused', async () => {
    const token = await stage.tokenOf('ann');
    const large = { body: 'x'.repeat(roomLimits.bodyBytes + 1) };
    const path = `POST rooms/${room}/messages`;
    expect(await ask(path, { token, body: large })).toMatchObject({
      status: 413,
      body: { code: 'payload_too_large' },
    });
    const huge = { body: 'x'.repeat(10 * 1024 * 1024) };
    expect(await ask(path, { token, body: huge })).toMatchObject({ status: 413 });
    for (const body of [{}, { body: '' }, { body: 'x', messageId: '~' }, { body: 'x', replyTo: 0 }, []])
      expect(await ask(path, { token, body })).toMatchObject({ status: 400, body: { code: 'bad_request' } });
    expect(stage.asked).toEqual([]);
  });
});

describe('webhooks', () => {
  const member = (name: string, role: string) => ({
    person: personOf(name),
    name,
    role,
    verified: true,
    presence: 'online',
  });
  beforeEach(() => {
    stage.answer = ({ command }) =>
      command.kind === 'info'
        ? {
            ok: true,
            value: {
              room: roomInfo,
              members: [member('ann', 'moderator'), member('ben', 'member')],
            } as never,
          }
        : { ok: true, value: { epoch: 1, seq: 4, duplicate: false } };
  });

  test('a moderator makes, sees and ends one; a member does not', async () => {
    const token = await stage.tokenOf('ann');
    const made = await ask(`POST rooms/${room}/webhooks`, { token, body: { label: 'Grafana' } });
    expect(made.body).toEqual({
      id: expect.any(String),
      url: expect.stringContaining(`${stage.url}/api/v1/hooks/`),
    });
    const listed = await ask(`GET rooms/${room}/webhooks`, { token });
    expect(listed.body).toEqual({
      webhooks: [
        {
          id: made.body.id,
          label: 'Grafana',
          person: personOf('ann'),
          name: 'ann',
          createdAt: 1_700_000_000_000,
        },
      ],
    });
    const other = await stage.tokenOf('ben');
    for (const request of [`GET rooms/${room}/webhooks`, `DELETE rooms/${room}/webhooks/${made.body.id}`])
      expect(await ask(request, { token: other })).toMatchObject({
        status: 403,
        body: { code: 'not_the_owner' },
      });
    expect(await ask(`DELETE rooms/${room}/webhooks/${made.body.id}`, { token })).toMatchObject({
      status: 200,
    });
    expect(await ask(`DELETE rooms/${room}/webhooks/${made.body.id}`, { token })).toMatchObject({
      status: 404,
    });
    expect(await ask(`POST ${made.body.url}`, { body: { text: 'x' } })).toMatchObject({ status: 404 });
  });

  test('whoever has its address posts as who made it, and no other name stands as the author', async () => {
    const token = await stage.tokenOf('ann');
    const { body } = await ask(`POST rooms/${room}/webhooks`, { token, body: { label: 'Grafana' } });
    const post = async (text: unknown) => await ask(`POST ${body.url}`, { body: text });
    expect(await post({ text: 'CPU is hot', messageId: 'a-1' })).toMatchObject({
      status: 200,
      body: { seq: 4 },
    });
    await post({ body: 'all is well', name: 'Ben' });
    const actor = { person: personOf('ann'), name: 'ann', verified: true, operator: false };
    expect(stage.asked.slice(1)).toMatchObject([
      { actor, command: { kind: 'send', room, messageId: 'a-1', body: 'Grafana: CPU is hot' } },
      { actor, command: { kind: 'send', room, body: 'Ben: all is well' } },
    ]);
    expect(await post({})).toMatchObject({ status: 400 });
    expect(await post({ text: 7 })).toMatchObject({ status: 400 });
    const wrong = body.url.replace(/.{4}$/, 'aaaa');
    expect(await ask(`POST ${wrong}`, { body: { text: 'x' } })).toMatchObject({ status: 404 });
    stage.released.add('ann');
    expect(await post({ text: 'x' })).toMatchObject({ status: 401 });
  });

  test('it posts as fast as its rate, and goes on later', async () => {
    const token = await stage.tokenOf('ann');
    const { body } = await ask(`POST rooms/${room}/webhooks`, { token, body: { label: 'x' } });
    const statuses = [];
    for (let count = 0; count < 61; count += 1)
      statuses.push((await ask(`POST ${body.url}`, { body: { text: 'x' } })).status);
    expect(statuses.lastIndexOf(200)).toBe(59);
    expect(statuses.at(-1)).toBe(429);
    stage.nowMs = 1_000;
    expect(await ask(`POST ${body.url}`, { body: { text: 'x' } })).toMatchObject({ status: 200 });
  });
});

describe('files', () => {
  const content = Buffer.from('{"not":"parsed"}');
  const upload = async (name: string, type: string, body: Buffer = content) => {
    const token = await stage.tokenOf('ann');
    const path = `POST rooms/${room}/files?name=${encodeURIComponent(name)}`;
    return await ask(path, { token, body, headers: { 'content-type': type } });
  };
  beforeEach(() => {
    stage.answer = () => history;
  });

  test('a picture is shown and everything else is saved, whatever it says it is', async () => {
    const picture = await upload('sun set (1).png', 'image/png');
    expect(picture.body).toEqual({
      file: expect.any(String),
      node: 'n1',
      name: 'sun set (1).png',
      type: 'image/png',
      sizeBytes: content.length,
    });
    const token = await stage.tokenOf('ben');
    const shown = await ask(`GET rooms/${room}/files/n1/${picture.body.file}`, { token });
    expect(shown).toMatchObject({ status: 200, body: content });
    expect(Object.fromEntries(shown.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-disposition': "inline; filename*=UTF-8''sun%20set%20%281%29.png",
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
    });
    for (const type of ['text/html; charset=utf-8', 'image/svg+xml', 'application/json']) {
      const file = (await upload('x', type)).body.file;
      const saved = await ask(`GET rooms/${room}/files/n1/${file}`, { token });
      expect(saved.headers.get('content-type')).toBe('application/octet-stream');
      expect(saved.headers.get('content-disposition')).toMatch(/^attachment;/);
    }
  });

  test('only a member puts one in, and it is read through its own room alone', async () => {
    const { file } = (await upload('x', 'text/plain')).body;
    const other = 'b2b3c4d5e6f7g2h3i4j5';
    expect(await ask(`GET rooms/${other}/files/n1/${file}`)).toMatchObject({ status: 404 });
    stage.answer = () => notAMember;
    expect(await upload('x', 'text/plain')).toMatchObject({ status: 403 });
    expect(await ask(`GET rooms/${room}/files/n1/${file}`)).toMatchObject({ status: 403 });
    expect(await ask(`POST rooms/${room}/files?name=x`, { body: content })).toMatchObject({ status: 401 });
  });

  test('what is too large, empty or without a name is refused', async () => {
    expect(await upload('x', 'text/plain', Buffer.alloc(roomLimits.fileBytes + 1))).toMatchObject({
      status: 413,
    });
    expect(await upload('x', 'text/plain', Buffer.alloc(roomLimits.fileBytes))).toMatchObject({
      status: 200,
    });
    expect(await upload('x', 'text/plain', Buffer.alloc(0))).toMatchObject({ status: 400 });
    expect(await upload('', 'text/plain')).toMatchObject({ status: 400 });
    expect(await upload('two\nlines', 'text/plain')).toMatchObject({ status: 400 });
    expect(await upload('x', 'no type')).toMatchObject({ status: 400 });
  });

  test('a file of another node is asked for there', async () => {
    await stage.close();
    const file = 'c'.repeat(26);
    const about = { room, name: 'x', type: 'text/plain' };
    stage = await openRestStage({
      readRemoteFile: async (node, wanted) =>
        node === 'n2' && wanted === file ? { about, content } : undefined,
    });
    stage.answer = () => history;
    expect(await ask(`GET rooms/${room}/files/n2/${file}`)).toMatchObject({ status: 200, body: content });
    expect(await ask(`GET rooms/${room}/files/n3/${file}`)).toMatchObject({ status: 404 });
    expect(await ask(`GET rooms/${room}/files/n1/${file}`)).toMatchObject({ status: 404 });
  });
});
