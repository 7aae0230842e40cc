import { httpRequest } from '@bothy/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterStatus, openRestStage, type RestStage } from './rest-stage.ts';

describe('a node that is gone for good', () => {
  const gone = { id: 'n2', health: 'down', version: '0.1.0', webUrl: '', sessions: 0, rooms: 0 } as const;
  const nodes = [...clusterStatus.nodes, { ...gone, messagesPerSecond: 0 }];
  const forgotten: string[] = [];
  let other: RestStage;
  beforeAll(async () => {
    other = await openRestStage({
      cluster: () => ({ ...clusterStatus, nodes }),
      forgetNode: async (node, by) => forgotten.push(`${node} ${by}`) > 0,
    });
  });
  afterAll(() => other.close());
  const forget = async (node: string, token?: string) => {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const answer = await httpRequest(`${other.url}/api/v1/cluster/nodes/${node}`, {
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

  test('has to be known, and silent', async () => {
    const token = await other.tokenOf('ann', 'operator');
    expect(await forget('n1', token)).toMatchObject({ status: 400, body: { code: 'bad_request' } });
    expect(await forget('n9', token)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await forget('%20', token)).toMatchObject({ status: 400 });
  });
});
