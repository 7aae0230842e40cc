/**
 * What most browser tests stand on: a node that serves the web app (or the bare page of `people-stage.ts`) and a
 * Chromium. Made before the tests of a file, and taken down after them.
 */
import { type ConfigTexts, parseConfig, type RunningNode, startNode } from '@bothy/node';
import { launchChromium, temporaryFolder } from '@bothy/testkit';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, inject } from 'vitest';
import { patientPage } from './patience.ts';
import { enter } from './person.ts';

export interface StageOptions {
  /** Builds what the node serves into a folder. @default the web app, as it was built once for all files */
  readonly buildPage?: (outDir: string) => Promise<void>;
  /** Whether each test has a node of its own, to which nobody came before. @default one for the file */
  readonly nodePerTest?: boolean;
  /** Flags of the node beside ports and data folder. */
  readonly flags?: ConfigTexts;
}

export interface BrowserStage {
  readonly browser: Browser;
  readonly node: RunningNode;
  /** What pages threw and nobody caught. */
  readonly pageErrors: string[];
  /** Starts the node again, with what it has stored; `http` is the port it shall have. */
  startNode(http?: string): Promise<void>;
  /** A page of the node, in a profile of its own unless one is given. */
  open(context?: BrowserContext): Promise<Page>;
  /** Opens the web app and takes a name there. */
  join(name: string): Promise<Page>;
}

export function browserStage(options: StageOptions = {}): BrowserStage {
  const { buildPage, nodePerTest = false } = options;
  const ownPage = temporaryFolder();
  const webFolder = buildPage === undefined ? inject('webFolder') : ownPage.path;
  const pageErrors: string[] = [];
  let data: ReturnType<typeof temporaryFolder>;
  let browser: Browser | undefined;
  let node: RunningNode | undefined;

  async function startFresh(): Promise<void> {
    data = temporaryFolder();
    await stage.startNode();
  }
  async function tearDown(): Promise<void> {
    await Promise.all(browser?.contexts().map((context) => context.close()) ?? []);
    await node?.stop();
    data?.remove();
  }
  beforeAll(async () => {
    await buildPage?.(ownPage.path);
    browser = await launchChromium();
    if (!nodePerTest) await startFresh();
  });
  if (nodePerTest) {
    beforeEach(startFresh);
    afterEach(tearDown);
  }
  afterAll(async () => {
    if (!nodePerTest) await tearDown();
    await browser?.close();
    ownPage.remove();
  });

  const stage: BrowserStage = {
    get browser() {
      return set(browser);
    },
    get node() {
      return set(node);
    },
    pageErrors,
    async startNode(http = '0') {
      const config = parseConfig({ http, mqtt: '0', cluster: '0', data: data.path, ...options.flags }, {});
      node = await startNode(config, { webFolder });
    },
    async open(context) {
      const page = await patientPage(context ?? (await stage.browser.newContext()));
      page.on('pageerror', (error) => pageErrors.push(error.message));
      await page.goto(stage.node.webUrl);
      return page;
    },
    async join(name) {
      const page = await stage.open();
      await enter(page, name);
      return page;
    },
  };
  return stage;
}

function set<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('the stage is there only while tests run');
  return part;
}
