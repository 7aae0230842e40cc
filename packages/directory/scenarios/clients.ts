/** People and nodes that ask for names, rooms and homes, at whatever node, and remember what they were told. */
import type { Simulation } from '@bothy/simulator';
import { claimantsOf, claimedAfter, type DirectoryCommand, ownerOf } from '@bothy/wire';
import type { Ledger } from './ledger.ts';
import type { SimNode } from './sim-node.ts';

/** Persons who claim no names, so that each key can be judged by itself: few where they are let in again. */
const unwanted = { few: 2, many: 500 } as const;
/** One command in so many is about a key. */
const keyEvery = 8;
const persons = ['ann', 'ben', 'cid', 'dan'].map((name) => name.padEnd(32, 'x'));

export interface ClientOptions {
  /** Between two commands of all. */
  readonly everyMs: number;
  readonly names: number;
  /** Also what takes back an earlier command. */
  readonly undoes: boolean;
}

export class Clients {
  readonly #simulation: Simulation;
  readonly #ledger: Ledger;
  readonly #nodes: () => readonly SimNode[];
  readonly #options: ClientOptions;
  /** Makes commands differ that would be the same. */
  #count = 0;
  #isStopped = false;
  refused = 0;
  open = 0;

  constructor(
    simulation: Simulation,
    ledger: Ledger,
    nodes: () => readonly SimNode[],
    options: ClientOptions,
  ) {
    this.#simulation = simulation;
    this.#ledger = ledger;
    this.#nodes = nodes;
    this.#options = options;
  }

  /** Asks at random times, until then or `stop`. */
  busyFor(forMs: number): void {
    const untilMs = this.#simulation.nowMs + forMs;
    const next = (): void => {
      const delayMs = this.#random('when').next() * 2 * this.#options.everyMs;
      if (this.#simulation.nowMs + delayMs >= untilMs) return;
      this.#simulation.after(delayMs, () => {
        if (this.#isStopped) return;
        const nodes = this.#nodes().filter((node) => node.alive());
        const node = nodes[this.#random('where').below(Math.max(1, nodes.length))];
        if (node !== undefined) this.#act(node);
        next();
      });
    };
    next();
  }

  stop(): void {
    this.#isStopped = true;
  }

  command(node: SimNode, command: DirectoryCommand, done?: (isOk: boolean) => void): void {
    const told = this.#ledger.history.asked(node.id, command);
    this.open += 1;
    let isOver = false;
    const settle = (output: Parameters<typeof told>[0] | undefined): void => {
      if (isOver) return;
      isOver = true;
      this.open -= 1;
      if (output !== undefined) told(output);
    };
    node.command(command, (result) => {
      if (result.ok && 'result' in result && result.result.kind === 'bound') this.#expectKnown(node, command);
      if (result.ok) settle('result' in result ? result.result : undefined);
      else {
        this.refused += 1;
        settle(result.mayHappen ? undefined : 'never');
      }
      done?.(result.ok);
    });
    // A process that ended never answers, and what it was asked may have been done.
    this.#simulation.after(8_000, () => settle(undefined));
  }

  /** Who is told knows it, at the node that said so. */
  #expectKnown(node: SimNode, command: DirectoryCommand): void {
    if (command.kind !== 'claimName') return;
    const record = node.core.name(command.name);
    if (record?.released !== undefined || claimantsOf(record).includes(command.person)) return;
    const sentence = `${node.id} said that ${command.name} is bound, and does not know it`;
    this.#simulation.fail('who is answered reads it', sentence);
  }

  #act(node: SimNode): void {
    if (this.#random('keys').below(keyEvery) === 0) return this.#changeKey(node);
    const random = this.#random('what');
    this.#count += 1;
    const kind = random.below(this.#options.undoes ? 10 : 7);
    const n = random.below(this.#options.names);
    const person = persons[random.below(persons.length)] ?? '';
    const at = {
      ms: Math.max(0, Math.round(this.#simulation.wallMs + (random.next() - 0.5) * 7_200_000)),
      counter: this.#count,
    };
    const edge = `edge-${n}`;
    const nodes = this.#nodes();
    const other = nodes[random.below(nodes.length)]?.id ?? node.id;
    const atMs = Math.round(this.#simulation.wallMs) + this.#count;
    switch (kind) {
      case 0:
      case 1:
        return this.command(node, { kind: 'claimName', name: `name-${n}`, person, at, node: node.id });
      case 2: {
        const creation = `creation${'abcdefgh'[n] ?? 'z'}aaaaaaa`;
        const room = `${creation}${node.id.padEnd(4, 'a').slice(0, 4)}`;
        const claim = { room, administrator: node.id, epoch: 1 + random.below(2), creation };
        return this.command(node, { kind: 'claimRoom', claim });
      }
      case 3:
        return this.command(node, { kind: 'claimHome', edge, node: node.id, atMs });
      case 4: {
        const epoch = node.core.home(edge)?.epoch ?? 1;
        return this.command(node, { kind: 'moveHome', edge, to: other, epoch, atMs });
      }
      case 5:
      case 6:
        return this.#look(node, `name-${n}`);
      case 7: {
        const name = `name-${n}`;
        return this.command(node, { kind: 'releaseName', name, at: claimedAfter(node.core.name(name), at) });
      }
      case 8: {
        const creation = `creation${'abcdefgh'[n] ?? 'z'}aaaaaaa`;
        return this.command(node, {
          kind: 'buryRoom',
          room: `${creation}${other.padEnd(4, 'a').slice(0, 4)}`,
          epoch: 1,
        });
      }
      case 9:
        return this.command(node, { kind: 'forgetHome', edge });
    }
  }

  #changeKey(node: SimNode): void {
    this.#count += 1;
    const random = this.#random('keys');
    const count = unwanted[this.#options.undoes ? 'few' : 'many'];
    const person = random
      .below(count)
      .toString(2)
      .replaceAll('0', 'y')
      .replaceAll('1', 'z')
      .padStart(32, 'u');
    const { epoch = 0, isOut = false } = node.core.key(person) ?? {};
    const told = { person, by: 'ops', epoch, atMs: this.#count };
    // Mostly what changes something, as far as this node knows.
    const isOpposite = random.below(4) > 0;
    if (this.#options.undoes && isOut === isOpposite) return this.command(node, { kind: 'letIn', ...told });
    this.command(node, { kind: 'keepOut', ...told, name: 'unwanted' });
  }

  #look(node: SimNode, name: string): void {
    const told = this.#ledger.history.asked(node.id, { kind: 'look', name });
    node.read((result) => {
      if (!result.ok) return told('never');
      told({ kind: 'owner', owner: ownerOf(node.core.name(name)) ?? null });
    });
  }

  #random(concern: string) {
    return this.#simulation.random(`clients/${concern}`);
  }
}
