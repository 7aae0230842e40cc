import { httpRequest } from '@bothy/testkit';
import { BothyError } from '@bothy/wire';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterStatus, openRestStage, type RestStage } from './rest-stage.ts';
import type { ClusterStatus } from './room-routes.ts';

describe('a node that is gone for good', () => {
  const gone = { id: 'n2', health: 'down', version: '0.1.0', webUrl: '', sessions: 0, rooms: 0 } as const;
  const nodes = [...clusterStatus.nodes, { ...gone, messagesPerSecond: 0 }];
  const directory: NonNullable<ClusterStatus['directory']> = {
    directory: 'd',
    state: 'stale',
    role: 'follower',
    leader: null,
    term: 1,
    voters: ['n1', 'n2', 'n3'],
    learners: [],
    survives: 1,
    warning: '',
    applied: 1,
    foreign: [],
  };
  const forgotten: string[] = [];
  let other: RestStage;
  beforeAll(async () => {
    other = await openRestStage({
      cluster: () => ({ ...clusterStatus, nodes, directory }),
      forgetNode: async (node, by, force) => {
        if (node === 'n3' && !force) throw new BothyError('directory_unavailable', 'n3 is one of most.');
        return forgotten.push(`${node} ${by}${force ? ' by force' : ''}`) > 0;
      },
    });
  });
  afterAll(() => other.close());
  const forget = async (node: string, token?: string, query = '') => {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const answer = await httpRequest(`${other.url}/api/v1/cluster/nodes/${node}${query}`, {
      method: 'DELETE',
      headers,
    });
    return { status: answer.status, body: JSON.parse(answer.text) };
  };

  test('is forgotten by an operator, and by nobody else', async () => {
    expect(await forget('n2')).toMatchObject({ status: 401 });
    expect(await forget('n2', await other.tokenOf('ben'))).toMatchObject({ status: 403 });
    expect(forgotten).toEqual([]);
    expect(await forget('n2', await other.tokenOf('ann', 'operator'))).toMatchObject({
      body: { node: 'n2' },
    });
    expect(forgotten).toEqual(['n2 ann']);
  });

  test('is forgotten by force alone where most of the directory goes with it, also when no room knows it', async () => {
    const token = await other.tokenOf('ann', 'operator');
    const refused = { status: 503, body: { code: 'directory_unavailable', message: 'n3 is one of most.' } };
    expect(await forget('n3', token)).toMatchObject(refused);
    expect(await forget('n3', token, '?force=false')).toMatchObject(refused);
    expect(await forget('n3', token, '?force=maybe')).toMatchObject({ status: 400 });
    expect(await forget('n3', token, '?force=true')).toMatchObject({ status: 200, body: { node: 'n3' } });
    expect(forgotten.at(-1)).toBe('n3 ann by force');
  });

  test('has to be known, and silent', async () => {
    const token = await other.tokenOf('ann', 'operator');
    expect(await forget('n1', token)).toMatchObject({ status: 400, body: { code: 'bad_request' } });
    expect(await forget('n9', token)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await forget('%20', token)).toMatchObject({ status: 400 });
  });
});
