import { BothyError } from '@bothy/wire';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { askNode, lookUpName, nodeAddress, openSession, requestChallenge } from './node-client.ts';

function nodeAnswers(status: number, body: string): void {
  vi.stubGlobal('fetch', async () => new Response(body, { status }));
}

function codeOf(thrown: unknown): string | undefined {
  return thrown instanceof BothyError ? thrown.code : undefined;
}

afterEach(() => vi.unstubAllGlobals());

describe('the node', () => {
  it('is where the page came from', () => {
    expect(nodeAddress({ protocol: 'http:', host: '127.0.0.1:8080' })).toEqual({
      audience: '127.0.0.1:8080',
      brokerUrl: 'ws://127.0.0.1:8080/mqtt',
    });
    expect(nodeAddress({ protocol: 'https:', host: 'hut' }).brokerUrl).toBe('wss://hut/mqtt');
  });

  it('tells who goes by a name', async () => {
    const person = 'a'.repeat(32);
    nodeAnswers(200, JSON.stringify({ name: 'ben', person }));
    expect(await lookUpName('ben')).toEqual({ person, rivals: [] });
    const other = 'b'.repeat(32);
    nodeAnswers(200, JSON.stringify({ name: 'ben', person, conflict: [other] }));
    expect(await lookUpName('ben')).toEqual({ person, rivals: [other] });
  });

  it('tells that nobody does', async () => {
    nodeAnswers(404, JSON.stringify({ code: 'not_found', message: 'Nobody.' }));
    expect(await lookUpName('ben')).toBeUndefined();
  });

  it('says in its own words why it refuses', async () => {
    nodeAnswers(409, JSON.stringify({ code: 'name_taken', message: 'Somebody else is ada here.' }));
    const thrown = await openSession('{}').catch((error: unknown) => error);
    expect(codeOf(thrown)).toBe('name_taken');
    expect(thrown).toMatchObject({ message: 'Somebody else is ada here.' });
  });

  it('tells a role with the token, and who may come in', async () => {
    nodeAnswers(200, JSON.stringify({ token: 't', expiresAt: 1, name: 'bound', role: 'operator' }));
    expect(await openSession('{}')).toEqual({ token: 't', role: 'operator', name: 'bound' });
    nodeAnswers(200, JSON.stringify({ id: 'hut', version: '1', registration: 'invite', audiences: [] }));
    expect(await askNode()).toEqual({ id: 'hut', registration: 'invite' });
  });

  it.each([
    ['no network', () => vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')))],
    ['a proxy that found no node', () => nodeAnswers(502, '<html>Bad gateway</html>')],
    ['a proxy that speaks JSON', () => nodeAnswers(503, '{"error":"no upstream"}')],
  ])('is not reachable behind %s', async (_case, happens) => {
    happens();
    expect(codeOf(await requestChallenge().catch((error: unknown) => error))).toBe('broker_unreachable');
  });

  it('is not believed when its answer has another form', async () => {
    nodeAnswers(200, JSON.stringify({ name: 'ben', person: 'not an id' }));
    expect(codeOf(await lookUpName('ben').catch((error: unknown) => error))).toBe('internal');
  });
});
