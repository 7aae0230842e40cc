/**
 * Two polite-peer machines, each with a modelled connection, and topics between them
 * that keep the order within, but not among each other. Who goes next is the caller's choice.
 */
import { PolitePeer } from '../src/negotiation/polite-peer.ts';
import type { PolitePeerInput, PolitePeerOutput } from '../src/negotiation/polite-peer-messages.ts';
import { type ModelCandidate, ModelConnection, parseModelSdp } from './model-connection.ts';

export type Message = Extract<PolitePeerInput<ModelCandidate>, { kind: 'description' | 'candidate' }>;
type Output = PolitePeerOutput<ModelCandidate>;

export interface WorldOptions {
  /** `apart`: offers, answers and candidates each have a topic, and the machine is told numbers and fragments. */
  readonly topics: 'apart' | 'one';
  /** Whether the machine can tell whose a candidate is. @default only where topics are apart */
  readonly tellsCandidates?: boolean;
  /** What programs do to their connections, in order. */
  readonly wishes: readonly Wish[];
}

export interface Wish {
  readonly side: 0 | 1;
  readonly restart: boolean;
}

export class Side {
  readonly name: string;
  readonly connection: ModelConnection;
  readonly machine: PolitePeer<ModelCandidate>;
  /** What is on its way to this side, and what was on it lately, which a broker may send again. */
  readonly topics: { readonly name: string; readonly waiting: Message[]; readonly lately: Message[] }[];

  constructor(name: string, polite: boolean, { topics, tellsCandidates = topics === 'apart' }: WorldOptions) {
    this.name = name;
    this.connection = new ModelConnection(name);
    const belongs = (candidate: ModelCandidate, sdp: string): boolean =>
      parseModelSdp(sdp).fragment === candidate.fragment;
    this.machine = new PolitePeer<ModelCandidate>(
      tellsCandidates ? { polite, belongs, maxParkedCandidates: 16 } : { polite },
    );
    const names = topics === 'apart' ? ['offer', 'answer', 'candidate'] : ['all'];
    this.topics = names.map((topic) => ({ name: topic, waiting: [], lately: [] }));
  }
}

interface Choice {
  readonly run: () => void;
}

export class NegotiationWorld {
  readonly sides: readonly [Side, Side];
  /** Everything a machine put out and everything that arrived, one line each. */
  readonly transcript: string[] = [];
  readonly outputs: Output[] = [];
  readonly #options: WorldOptions;
  readonly #wishes: Wish[];

  constructor(options: WorldOptions) {
    this.#options = options;
    this.#wishes = [...options.wishes];
    this.sides = [new Side('P', true, options), new Side('I', false, options)];
  }

  /** Everything that could happen next. Empty once all is quiet. */
  choices(): readonly Choice[] {
    const choices: Choice[] = [];
    if (this.#wishes.length > 0) choices.push({ run: () => this.#wish() });
    for (const side of this.sides) {
      if (side.connection.events.length > 0) choices.push({ run: () => this.#hear(side) });
      if (side.connection.operations.length > 0) choices.push({ run: () => side.connection.run() });
      side.topics.forEach((topic, index) => {
        if (topic.waiting.length > 0) choices.push({ run: () => this.#deliver(side, index) });
      });
    }
    return choices;
  }

  /** A broker sends the last few messages of a topic once more, in order, ahead of the next. */
  repeat(choice: number): void {
    const topics = this.sides.flatMap((side) => side.topics);
    const topic = topics[choice % topics.length];
    if (topic === undefined || this.#options.topics === 'one') return;
    topic.waiting.unshift(...topic.lately.splice(0));
  }

  #wish(): void {
    const wish = this.#wishes.shift();
    if (wish === undefined) return;
    const { connection, name } = this.sides[wish.side];
    this.#log(`${name}: the program ${wish.restart ? 'restarts ICE' : 'adds a track'}`);
    connection.wish(wish.restart);
  }

  #hear(side: Side): void {
    const event = side.connection.events.shift();
    if (event?.kind === 'found') {
      this.#send(this.#other(side), { kind: 'candidate', candidate: event.candidate });
    } else if (event !== undefined) this.#step(side, event);
  }

  #deliver(side: Side, index: number): void {
    const topic = side.topics[index];
    const message = topic?.waiting.shift();
    if (topic === undefined || message === undefined) return;
    topic.lately.push(message);
    if (topic.lately.length > 3) topic.lately.shift();
    this.#step(side, message);
  }

  #step(side: Side, input: PolitePeerInput<ModelCandidate>): void {
    this.#log(`${side.name} <- ${describe(input)}`);
    for (const output of side.machine.step(input)) {
      this.#log(`${side.name}    -> ${describe(output)}`);
      this.outputs.push(output);
      this.#act(side, output);
    }
  }

  #act(side: Side, output: Output): void {
    switch (output.kind) {
      case 'setLocalDescription':
      case 'setRemoteDescription':
      case 'addCandidate':
        side.connection.operations.push(output);
        return;
      case 'sendDescription': {
        const { type, sdp, number } = output;
        const apart = this.#options.topics === 'apart';
        this.#send(this.#other(side), { kind: 'description', type, sdp, ...(apart && { number }) });
      }
    }
  }

  #send(to: Side, message: Message): void {
    const name = message.kind === 'candidate' ? 'candidate' : message.type;
    const topic = to.topics.find((each) => each.name === name) ?? to.topics[0];
    topic?.waiting.push(message);
  }

  #other(side: Side): Side {
    return side === this.sides[0] ? this.sides[1] : this.sides[0];
  }

  #log(line: string): void {
    this.transcript.push(line);
  }
}

/** One line per input or output: its kind, then what tells it from others. */
function describe(message: PolitePeerInput<ModelCandidate> | Output): string {
  const words: string[] = [message.kind];
  if ('type' in message) words.push(message.type);
  if ('sdp' in message) words.push(parseModelSdp(message.sdp).id);
  if ('number' in message) words.push(`number ${message.number}`);
  if ('candidate' in message) words.push(`${message.candidate.fragment}/${message.candidate.index}`);
  if ('operation' in message) words.push(message.operation);
  if ('reason' in message) words.push(`(${message.reason})`);
  return words.join(' ');
}
