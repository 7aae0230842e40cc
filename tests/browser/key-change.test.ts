/** Somebody with another key takes the name of a contact: the app warns, and never takes one for the other. */
import { httpRequest } from '@bothy/testkit';
import { expect, test } from 'vitest';
import { operatorToken } from '../cluster/stage/operator-token.ts';
import { browserStage } from './browser-stage.ts';
import { befriend, connected, say, shows, texts } from './person.ts';

const stage = browserStage();

async function releaseName(name: string, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await httpRequest(`${stage.node.webUrl}/api/v1/names/${name}`, {
    method: 'DELETE',
    headers,
  });
  expect(answer.status).toBe(200);
}

test('a banner says that another key has the name; asked and accepted, the new one is a contact of its own', async () => {
  const operator = await operatorToken(stage.node);
  const [ann, ben] = await Promise.all([stage.join('ann'), stage.join('ben')]);
  await befriend(ann, ben, 'ann', 'ben');
  await Promise.all([connected(ann), connected(ben)]);
  await say(ann, 'The key is under the mat.');
  await shows(ben, 'The key is under the mat.');
  await ben.context().close();
  await releaseName('ben', operator);

  const stranger = await stage.join('ben');
  const banner = ann.getByRole('alert').filter({ hasText: 'Somebody else’s key goes by the name ben.' });
  await banner.waitFor();
  await ann.getByRole('list', { name: 'Contacts' }).getByText('Another key goes by this name').waitFor();

  // What is written now stays for the key that ann knows.
  await say(ann, 'Is it you?');
  await shows(ann, 'Is it you?', 'pending');
  await banner.getByRole('button', { name: 'Not now' }).click();
  await banner.waitFor({ state: 'detached' });

  // Told again to whoever opens the page anew; then the other one is asked, as somebody else.
  await ann.reload();
  await banner.getByRole('button', { name: 'Ask the new one' }).click();
  await ann.getByRole('heading', { name: 'Waiting for ben’s answer' }).waitFor();
  await stranger.getByRole('link', { name: 'ann' }).first().click();
  await stranger.getByRole('button', { name: 'Accept' }).click();
  await connected(ann);
  expect(await texts(ann)).toEqual([]);
  expect(await texts(stranger)).toEqual([]);
  expect(await ann.getByRole('list', { name: 'Contacts' }).getByRole('link').count()).toBe(2);
  await say(ann, 'Good morning, new Ben.');
  await shows(stranger, 'Good morning, new Ben.');
  expect(await texts(stranger)).toEqual(['Good morning, new Ben.']);
  expect(stage.pageErrors).toEqual([]);
});
