/** Nodes with a directory each, links between them, and what has to hold of all of them together. */
import { healAll, type ScenarioResult, Simulation } from '@bothy/simulator';
import { type ClientOptions, Clients } from './clients.ts';
import { Ledger } from './ledger.ts';
import { type LinkFaults, SimLinks } from './sim-links.ts';
import { type MakeCore, SimNode } from './sim-node.ts';

export const nodeIds = ['ada', 'bea', 'cal', 'dee', 'eve'] as const;
const kindLinks: LinkFaults = { maxDelayMs: 5, reset: 0, maxNoticeMs: 200 };
const compareEveryMs = 500;

export interface WorldOptions {
  readonly name: string;
  readonly links: LinkFaults;
  readonly clients: ClientOptions;
}

export class DirectoryWorld {
  readonly simulation: Simulation;
  readonly links: SimLinks;
  readonly ledger: Ledger;
  readonly clients: Clients;
  readonly nodes: SimNode[] = [];
  readonly #makeCore: MakeCore;
  /** By directory and place: what everybody who has come so far has to know. */
  readonly #seen = new Map<string, string>();

  constructor(seed: string, options: WorldOptions, makeCore: MakeCore) {
    this.#makeCore = makeCore;
    this.simulation = new Simulation({ seed, scenario: options.name, invariantEvery: 'event' });
    this.links = new SimLinks(this.simulation, options.links);
    this.ledger = new Ledger(this.simulation);
    this.clients = new Clients(this.simulation, this.ledger, () => this.nodes, options.clients);
    this.#compareAgain();
  }

  /** It knows nobody yet. */
  add(id: string): SimNode {
    const node = new SimNode(this.simulation, this.links, id, this.#makeCore, (place, command) =>
      this.ledger.history.logged(place, command),
    );
    this.nodes.push(node);
    return node;
  }

  acquaintAll(): void {
    for (const one of this.nodes) {
      for (const other of this.nodes) if (one.id < other.id) this.links.acquaint(one.id, other.id);
    }
  }

  /** Faults end; then everybody is in one directory, knows the same, and can change it. */
  expectPeace(settleMs: number): void {
    const { simulation } = this;
    this.clients.stop();
    this.links.faults = kindLinks;
    healAll(simulation);
    for (const node of this.nodes) if (node.isOff) node.switchOn();
    this.acquaintAll();
    simulation.run(settleMs);
    this.#expectOne();
    let answered = 0;
    for (const [index, node] of this.nodes.entries()) {
      const person = node.id.padEnd(32, 'y');
      const at = { ms: 1, counter: 0 };
      const command = { kind: 'claimName', name: `after-${index}`, person, at, node: node.id } as const;
      this.clients.command(node, command, (isOk) => {
        if (isOk) answered += 1;
      });
    }
    simulation.run(2_000);
    if (answered < this.nodes.length) {
      const sentence = `${answered} of ${this.nodes.length} commands were carried out within 2 s`;
      simulation.fail(
        'commands are carried out once the faults have ended',
        `${sentence}\n${this.#standing()}`,
      );
    }
    simulation.run(2_000);
    this.#expectSame();
  }

  /** After peace: what was acknowledged anywhere is there. */
  expectKept(): void {
    for (const { core } of this.nodes) this.ledger.expectKept(core.content());
  }

  result(counts: Readonly<Record<string, number>>): ScenarioResult {
    const { trace, processes } = this.simulation;
    const boots = processes.reduce((sum, process) => sum + process.bootCount, 0);
    return {
      traceHash: trace.hash,
      traceLines: trace.count,
      tail: trace.tail(200),
      counts: {
        acknowledged: this.ledger.acknowledged,
        refused: this.clients.refused,
        boots,
        nodes: this.nodes.length,
        ...counts,
      },
    };
  }

  #expectOne(): void {
    const views = this.nodes.map((node) => node.core.view());
    const directories = new Set(views.map(({ directory }) => directory));
    if (directories.size > 1)
      this.simulation.fail('one directory in the end', `there are ${directories.size}\n${this.#standing()}`);
    const count = this.nodes.length % 2 === 0 ? this.nodes.length - 1 : this.nodes.length;
    for (const { voters, state, learners } of views) {
      if (state !== 'ready') this.simulation.fail('everybody is ready in the end', this.#standing());
      if (voters.length !== Math.min(5, count) || voters.length + learners.length !== this.nodes.length)
        this.simulation.fail('as many voters as an odd number allows', this.#standing());
    }
  }

  #expectSame(): void {
    const [first, ...others] = this.nodes.map((node) => JSON.stringify(node.core.content()));
    const different = others.findIndex((content) => content !== first);
    if (different >= 0) {
      const sentence = `${first}\n${others[different]}\n${this.#standing()}`;
      this.simulation.fail('all nodes know the same in the end', sentence);
    }
  }

  #standing(): string {
    return this.nodes
      .map((node) => `${node.id}${node.alive() ? '' : ' (down)'} ${JSON.stringify(node.core.view())}`)
      .join('\n');
  }

  #compareAgain(): void {
    this.simulation.after(compareEveryMs, () => {
      for (const node of this.nodes) if (node.alive()) this.#compare(node);
      this.#compareAgain();
    });
  }

  /** Whoever has applied as much of a directory knows the same. */
  #compare({ id, core }: SimNode): void {
    const { directory, applied, state } = core.view();
    if (state === 'joining') return;
    const place = `${directory} ${applied}`;
    const content = JSON.stringify(core.content());
    const known = this.#seen.get(place);
    if (known === undefined) this.#seen.set(place, content);
    else if (known !== content) {
      this.simulation.fail('one content at one place', `${id} at ${place}: ${content}\nothers: ${known}`);
    }
  }
}
