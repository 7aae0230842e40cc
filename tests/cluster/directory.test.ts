/** The replicated directory in real processes: its leader is killed again and again, and then most of it. */
import { checkLinearizable, claimModel } from '@bothy/protocols';
import { httpRequest } from '@bothy/testkit';
import { expect, test } from 'vitest';
import { Claims, claimName, type OwnedName, someone } from './stage/claims.ts';
import { ClusterStage, eventually, patience } from './stage/cluster-stage.ts';
import { agreeWhoLeads, directoryOf } from './stage/directory-state.ts';
import type { NodeProcess } from './stage/node-process.ts';

const kills = 20;

/** Of each node's first visitor, who operates it. */
async function operate(nodes: readonly NodeProcess[]): Promise<ReadonlyMap<string, string>> {
  const ranger = await someone('ranger');
  const tokens = new Map<string, string>();
  for (const node of nodes) {
    const { body } = await claimName(node, ranger);
    expect(body.role).toBe('operator');
    tokens.set(node.id, String(body.token));
  }
  return tokens;
}

/** The status of the answer. */
async function forget(node: NodeProcess, other: string, token = '', force = false): Promise<number> {
  const url = `${node.webUrl}/api/v1/cluster/nodes/${other}${force ? '?force=true' : ''}`;
  return (await httpRequest(url, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } })).status;
}

test.concurrent(`the leader is killed ${kills} times in a row while names and rooms are claimed at the others: nothing is lost, nothing is owned twice`, async (context) => {
  const { expect } = context;
  const stage = await ClusterStage.open(context);
  await agreeWhoLeads(stage.nodes);
  const tokens = await operate(stage.nodes);
  const claims = new Claims();
  let isOver = false;
  const others = (): readonly NodeProcess[] =>
    stage.nodes.filter((node) => node.isRunning && node.id !== leader);
  let leader = '';
  // No faster than this: a node lets one address sign in ten times a second for long, and a claim is a sign-in.
  const again = async (claim: (turn: number) => Promise<unknown>): Promise<void> => {
    for (let turn = 0; !isOver; turn += 1) {
      await Promise.all([claim(turn), new Promise((resolve) => setTimeout(resolve, 150))]);
    }
  };
  const claimNew = async (turn: number): Promise<void> => {
    const [node] = others().slice(turn % 2);
    if (node !== undefined) await claims.name(node, await someone(`new-${turn}`));
  };
  // Two persons at two nodes want the same name in the same moment.
  const claimWanted = (turn: number) =>
    Promise.all(others().map(async (node) => await claims.name(node, await someone(`wanted-${turn}`))));
  const makeRoom = (turn: number) => claims.room(others(), `Room ${turn}`);
  const work = [again(claimNew), again(claimWanted), again(makeRoom)];
  try {
    for (let kill = 0; kill < kills; kill += 1) {
      leader = await agreeWhoLeads(stage.nodes);
      const [bound, taken] = [claims.boundMs.length, claims.taken];
      const killed = stage.node(leader);
      await killed.end('SIGKILL');
      const goesOn = eventually(
        () => claims.boundMs.length > bound + 3 && claims.taken > taken + 1,
        'claims go on at the others',
      );
      // The two others are done long before it is back.
      await Promise.all([goesOn, killed.start()]);
    }
  } finally {
    isOver = true;
  }
  await Promise.all(work);
  leader = await agreeWhoLeads(stage.nodes);

  expect(claims.complaints).toEqual([]);
  // A name has one person, and a creation one room, whatever node is asked.
  for (const history of [claims.names, claims.rooms]) {
    const verdict = checkLinearizable(history, claimModel);
    expect(verdict.kind === 'violated' ? verdict : verdict.kind).toBe('holds');
  }
  const owners = new Map(
    claims.names.flatMap(({ input, output }) => (output === undefined ? [] : [[input.name, output]])),
  );
  expect(owners.size).toBeGreaterThan(3 * kills);
  expect(claims.taken).toBeGreaterThan(kills);
  for (const node of stage.nodes) {
    for (const [name, person] of owners) {
      await expect
        .poll(() => node.get<OwnedName>(`/api/v1/names/${name}`), patience)
        .toEqual({ name, person });
    }
  }
  // One administrator of each room.
  const ids = [...new Set(claims.rooms.map(({ input }) => input.by))];
  expect(ids.length).toBeGreaterThan(kills);
  const administrators = new Map<string, string>();
  for (const node of stage.nodes) {
    await eventually(async () => {
      const { rooms } = await node.cluster();
      const known = new Map(rooms.map(({ id, administrator }) => [id, administrator]));
      for (const [id, administrator] of known) {
        expect(administrators.get(id) ?? administrator).toBe(administrator);
        administrators.set(id, administrator);
      }
      return ids.every((id) => known.has(id));
    }, `${node.id} lists every room that was acknowledged`);
  }

  // Two of three are lost.
  const left = stage.node(leader);
  const lost = stage.nodes.filter(({ id }) => id !== leader);
  const known = [...owners][0]?.[0] ?? '';
  await Promise.all(lost.map((node) => node.end('SIGKILL')));
  await expect.poll(async () => (await directoryOf(left))?.state, patience).toBe('stale');
  const refused = await claimName(left, await someone('late'));
  expect(refused).toMatchObject({ status: 503, body: { code: 'directory_unavailable' } });
  expect(String(refused.body.message)).toContain(leader);
  expect(await left.get<OwnedName>(`/api/v1/names/${known}`)).toMatchObject({ name: known, stale: true });
  // Nor can they be forgotten but by force, which is not used: they come back.
  await expect.poll(() => left.hears(), patience).toMatch(/down.*down/);
  expect(await forget(left, lost[0]?.id ?? '', tokens.get(leader))).toBe(503);
  await Promise.all(lost.map((node) => node.start()));
  await agreeWhoLeads(stage.nodes);
  expect((await claimName(left, await someone('late'))).status).toBe(200);
});

test.concurrent('a node alone claims by itself, two say what cannot be lost, and a lost half is left behind by force', async (context) => {
  const { expect } = context;
  const stage = await ClusterStage.open(context, { nodes: 2, started: false });
  const [leads, learns] = [stage.node('n1'), stage.node('n2')];
  await leads.start();
  const ann = await claimName(leads, await someone('ann'));
  expect(ann.body).toMatchObject({ role: 'operator', name: 'bound' });
  expect(await directoryOf(leads)).toMatchObject({ state: 'ready', voters: ['n1'], warning: '' });
  await leads.end();
  await learns.start();
  const ranger = await claimName(learns, await someone('ranger'));
  expect(ranger.body).toMatchObject({ role: 'operator', name: 'bound' });
  await leads.start();
  // Of two directories of one voter the older one stays (DR27), and takes over what was claimed in the other.
  await agreeWhoLeads(stage.nodes, { leader: 'n1', voters: 1 });
  const about = { state: 'ready', leader: 'n1', voters: ['n1'], learners: [learns.id], survives: 0 };
  const warning = expect.stringContaining('Without n1 no new name');
  for (const node of stage.nodes) {
    await expect.poll(() => directoryOf(node), patience).toMatchObject({ ...about, warning });
  }
  for (const node of stage.nodes) {
    for (const name of ['ann', 'ranger']) {
      expect((await claimName(node, await someone(name))).status).toBe(409);
      expect(await node.get<OwnedName>(`/api/v1/names/${name}`)).toMatchObject({ name });
    }
  }

  await leads.end('SIGKILL');
  await expect.poll(() => learns.hears(), patience).toBe('n1 down');
  expect((await claimName(learns, await someone('ben'))).status).toBe(503);
  const token = String(ranger.body.token);
  expect(await forget(learns, 'n1', token)).toBe(503);
  expect(await forget(learns, 'n1', token, true)).toBe(200);
  expect((await claimName(learns, await someone('ben'))).body).toMatchObject({ name: 'bound' });
  expect((await claimName(learns, await someone('ann'))).status).toBe(409);
  expect(await directoryOf(learns)).toMatchObject({ state: 'ready', voters: [learns.id] });
});
