/** A page of another origin, open in the same browser as Bothy, cannot use the node. */
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { httpRequest } from '@bothy/testkit';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { browserStage } from './browser-stage.ts';
import { patientPage } from './patience.ts';
import { buildPeoplePage } from './people-stage.ts';

const dot = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>';
const stage = browserStage({
  buildPage: async (outDir) => {
    await buildPeoplePage(outDir);
    writeFileSync(join(outDir, 'dot.svg'), dot);
  },
});
let elsewhere: Server;
let page: Page;
let elsewhereUrl: string;

beforeAll(async () => {
  elsewhere = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>elsewhere</title>');
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  elsewhereUrl = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`;
  page = await patientPage(await stage.browser.newContext());
});
afterAll(() => {
  elsewhere?.closeAllConnections();
  elsewhere?.close();
});

const reach = () => page.evaluate(tryEverything, stage.node.webUrl);

/** Runs in the page: what of the node can it use? */
async function tryEverything(nodeUrl: string) {
  const asked = async (path: string, init?: RequestInit): Promise<string> =>
    fetch(nodeUrl + path, init).then(
      (answer) => `answered ${answer.status}`,
      () => 'refused',
    );
  const json = { 'content-type': 'application/json' };
  const post = { method: 'POST', body: '{"proof":"x"}' };
  const socket = new WebSocket(`${nodeUrl.replace('http', 'ws')}/mqtt`, 'mqtt');
  const mqtt = await new Promise<string>((resolve) => {
    socket.onopen = () => resolve('open');
    socket.onerror = () => resolve('refused');
  });
  socket.close();
  const loaded = await new Promise<string>((resolve) => {
    const image = new Image();
    image.onload = () => resolve('loaded');
    image.onerror = () => resolve('refused');
    image.src = `${nodeUrl}/dot.svg`;
  });
  return {
    read: await asked('/api/v1/node'),
    health: await asked('/healthz'),
    json: await asked('/api/v1/session', { ...post, headers: json }),
    text: await asked('/api/v1/session', post),
    mqtt,
    loaded,
  };
}

/** Posts a form to the node and goes there; answers with the status that the browser got. */
async function postForm(): Promise<number | undefined> {
  const answered = page.waitForResponse(`${stage.node.webUrl}/api/v1/session`);
  await page.evaluate((action) => {
    const form = document.createElement('form');
    Object.assign(form, { method: 'post', enctype: 'text/plain', action });
    const field = document.createElement('input');
    Object.assign(field, { name: '{"proof":"', value: 'x"}' });
    form.append(field);
    document.body.append(form);
    form.submit();
  }, `${stage.node.webUrl}/api/v1/session`);
  return (await answered).status();
}

const counter = async (name: string): Promise<number> => {
  const { text } = await httpRequest(`${stage.node.webUrl}/metrics`);
  return Number(new RegExp(`^bothy_mqtt_${name}_total (\\d+)$`, 'm').exec(text)?.[1]);
};

test('fetch, WebSocket, image, form and frame from another origin are all refused, and the same page of its own is not', async () => {
  await page.goto(elsewhereUrl);
  const refused = 'refused';
  expect(await reach()).toEqual({
    read: refused,
    health: refused,
    json: refused,
    text: refused,
    mqtt: refused,
    loaded: refused,
  });
  expect(await counter('connects')).toBe(0);
  expect(await counter('refused_connects')).toBe(0);

  await page.evaluate((url) => {
    const frame = document.createElement('iframe');
    frame.src = url;
    document.body.append(frame);
  }, stage.node.webUrl);
  await expect
    .poll(() => page.frames().map((frame) => frame.url()))
    .toContain('chrome-error://chromewebdata/');
  expect(await postForm()).toBe(403);

  await page.close();
  page = await patientPage(await stage.browser.newContext());
  await page.goto(stage.node.webUrl);
  expect(await reach()).toEqual({
    read: 'answered 200',
    health: 'answered 200',
    json: 'answered 401',
    text: 'answered 400',
    mqtt: 'open',
    loaded: 'loaded',
  });
});
