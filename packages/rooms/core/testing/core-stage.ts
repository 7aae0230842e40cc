/**
 * Rooms cores on a stage: inputs by hand, time that passes when it is told to, stores that are the model of one, and
 * between the nodes what the test lets through. Everything that left for a session can be looked at, in order.
 */

import { seededRandom } from '@bothy/protocols';
import { type RoomClusterMessage, RoomsCore, type RoomsInput, type RoomsOutput } from '@bothy/rooms/core';
import type {
  NodeInfo,
  ResumeRequest,
  RoomActor,
  RoomAnswers,
  RoomCommand,
  RoomEntry,
  RoomId,
  RoomNotice,
  RoomResult,
} from '@bothy/wire';
import { RoomStoreModel } from './room-store-model.ts';
import { stageCreation } from './stage-creation.ts';
import { StageDirectory } from './stage-directory.ts';
import type { Shown, StageNode } from './stage-node.ts';
import { codeOf, infoOf } from './stage-people.ts';
import { StageRecord } from './stage-record.ts';

export class CoreStage {
  nowMs = 0;
  wallMs = 1_700_000_000_000;
  /** Outputs of the last step. */
  outputs: readonly RoomsOutput[] = [];
  readonly directory: StageDirectory;
  /** Questions to stores are answered at once; else they wait in `asked`. */
  answers = true;
  readonly asked: { readonly node: string; readonly id: string; readonly answer: () => void }[] = [];
  /** Messages that are lost instead of arriving. */
  lose: (from: string, to: string, message: RoomClusterMessage) => boolean = () => false;
  readonly sent: { readonly from: string; readonly to: string; readonly message: RoomClusterMessage }[] = [];
  readonly dials: { readonly from: string; readonly address: string; readonly atMs: number }[] = [];
  readonly refused: string[] = [];
  /** Files that a node was told to remove. */
  readonly dropped: (Extract<RoomsOutput, { kind: 'dropFiles' }> & { readonly node: string })[] = [];
  readonly #nodes = new Map<string, StageNode>();
  readonly #record = new StageRecord();
  readonly #queue: (() => void)[] = [];
  #count = 0;
  #running = false;

  /** Nodes that run and are linked; `prepare` writes to a store before its node starts. */
  constructor(
    ids: readonly string[] = ['n1'],
    prepare: (id: string, store: RoomStoreModel) => void = () => {},
  ) {
    this.directory = new StageDirectory({
      ids,
      isLinked: (one, other) => this.#nodes.get(one)?.links.has(other) === true,
      held: (id) => this.#node(id).core.heldRooms,
      step: (id, input) => void (this.#nodes.has(id) && this.step(id, input)),
    });
    for (const id of ids) {
      const store = new RoomStoreModel();
      prepare(id, store);
      const info = infoOf(id);
      const core = this.#boot(info, store, 1);
      const node = {
        info,
        store,
        core,
        boots: 1,
        timers: new Map(),
        attached: new Map(),
        links: new Set<string>(),
      };
      this.#nodes.set(id, node);
      this.step(id, { kind: 'start' });
      this.directory.tellWhole(id);
    }
    for (const one of ids) for (const other of ids) if (one < other) this.link(one, other);
    this.pass(1_100);
  }

  store(id: string): RoomStoreModel {
    return this.#node(id).store;
  }

  view(id: string): ReturnType<RoomsCore['clusterView']> {
    return this.#node(id).core.clusterView({ monoMs: this.nowMs, wallMs: this.wallMs });
  }

  lobby(id = 'n1'): RoomId {
    const room = this.store(id)
      .snapshot()
      .rooms.find(({ administrator }) => administrator === id);
    if (room === undefined) throw new Error(`${id} has no room`);
    return room.id;
  }

  log(id: string, room: RoomId): readonly RoomEntry[] {
    const query = { kind: 'entries', room, from: 1, to: 1_000_000, limit: 1_000_000, last: false } as const;
    const finding = this.store(id).query(query);
    return finding.kind === 'entries' ? finding.entries : [];
  }

  step(id: string, input: RoomsInput): readonly RoomsOutput[] {
    const node = this.#node(id);
    this.outputs = node.core.step(input, { monoMs: this.nowMs, wallMs: this.wallMs });
    const { outputs } = this;
    for (const output of outputs) this.#perform(node, output);
    this.#run();
    this.outputs = outputs;
    return outputs;
  }

  /** Lets time pass, firing timers when they are due. */
  pass(forMs: number): void {
    const untilMs = this.nowMs + forMs;
    for (;;) {
      const due = [...this.#nodes.values()]
        .flatMap((node) => [...node.timers].map(([key, atMs]) => ({ node, key, atMs })))
        .filter(({ atMs }) => atMs <= untilMs)
        .sort((one, other) => one.atMs - other.atMs)[0];
      if (due === undefined) break;
      this.nowMs = Math.max(this.nowMs, due.atMs);
      due.node.timers.delete(due.key);
      this.step(due.node.info.id, { kind: 'timer', key: due.key });
    }
    this.nowMs = untilMs;
  }

  open(id: string, who: RoomActor, resume: readonly ResumeRequest[] = []): string {
    this.#count += 1;
    const session = `${who.name} ${this.#count}`;
    this.step(id, { kind: 'sessionOpened', session, actor: who, resume });
    return session;
  }

  close(id: string, session: string): void {
    this.step(id, { kind: 'sessionClosed', session });
  }

  command(
    id: string,
    who: RoomActor,
    command: RoomCommand,
    session: string | null = null,
  ): RoomResult | undefined {
    this.#count += 1;
    const call = `call ${this.#count}`;
    const about = { session, actor: who, command, ...stageCreation(who, command) };
    this.step(id, { kind: 'command', id: call, ...about });
    return this.answer(call);
  }

  get lastCall(): string {
    return `call ${this.#count}`;
  }

  answer(call: string): RoomResult | undefined {
    return this.#record.answer(call);
  }

  /** `ok`, the code of a refusal, or `open`. */
  code(id: string, who: RoomActor, command: RoomCommand, session: string | null = null): string {
    return codeOf(this.command(id, who, command, session));
  }

  /** Opens a session and joins; returns it. Throws when that is refused. */
  join(id: string, who: RoomActor, room: RoomId, limit = 100): string {
    const session = this.open(id, who);
    this.#count += 1;
    const requestId = `join-${this.#count}`;
    const result = this.command(id, who, { kind: 'join', requestId, room, limit }, session);
    if (result?.ok !== true) throw new Error(`${who.name} cannot join: ${codeOf(result)}`);
    return session;
  }

  say(
    id: string,
    who: RoomActor,
    room: RoomId,
    messageId: string,
    body = `text of ${messageId}`,
  ): RoomResult | undefined {
    return this.command(id, who, { kind: 'send', room, messageId, body });
  }

  create(
    id: string,
    who: RoomActor,
    visibility: 'public' | 'private' = 'public',
    session: string | null = null,
  ): RoomId {
    this.#count += 1;
    const words = { requestId: `create-${this.#count}`, name: 'Tea', description: '', visibility } as const;
    const result = this.command(id, who, { kind: 'create', ...words }, session);
    if (result?.ok !== true) throw new Error(`no room: ${codeOf(result)}`);
    // Until the others have heard of it.
    this.pass(1_100);
    return (result.value as RoomAnswers['create']).room.id;
  }

  shown(session: string): readonly Shown[] {
    return this.#record.of(session);
  }

  /** `seq` of the entries that a session was sent of this room. */
  seqs(session: string, room: RoomId): number[] {
    return this.shown(session).flatMap((each) => {
      return each.kind === 'entries' && each.room === room ? each.entries.map(({ seq }) => seq) : [];
    });
  }

  notices(session: string, kind: RoomNotice['kind']): readonly RoomNotice[] {
    return this.shown(session).flatMap((each) => {
      return each.kind === 'notice' && each.notice.kind === kind ? [each.notice] : [];
    });
  }

  link(one: string, other: string): void {
    this.#node(one).links.add(other);
    this.#node(other).links.add(one);
    this.step(one, { kind: 'linkUp', node: this.#node(other).info });
    this.step(other, { kind: 'linkUp', node: this.#node(one).info });
    for (const id of [one, other]) this.directory.tellWhole(id);
  }

  /** The link ends; both sides hear of it. */
  cut(one: string, other: string): void {
    for (const [id, peer] of [
      [one, other],
      [other, one],
    ] as const) {
      if (!this.#node(id).links.delete(peer)) continue;
      this.step(id, { kind: 'linkDown', node: peer });
    }
  }

  /** The node ends and starts from what its store holds. It has no link then. */
  restart(id: string): void {
    const node = this.#node(id);
    for (const other of [...node.links]) {
      node.links.delete(other);
      const peer = this.#node(other);
      if (peer.links.delete(id)) this.step(other, { kind: 'linkDown', node: id });
    }
    node.timers.clear();
    node.attached.clear();
    node.boots += 1;
    node.core = this.#boot(node.info, node.store, node.boots);
    this.step(id, { kind: 'start' });
    this.directory.tellWhole(id);
  }

  /** A message as if this node had sent it. */
  tell(to: string, from: string, message: RoomClusterMessage): readonly RoomsOutput[] {
    return this.step(to, { kind: 'message', from, message });
  }

  #boot(self: NodeInfo, store: RoomStoreModel, boots: number): RoomsCore {
    const config = { self, join: [], defaultRoom: `Lobby of ${self.id}` };
    return new RoomsCore(config, store.snapshot(), seededRandom(`${self.id} ${boots}`));
  }

  #node(id: string): StageNode {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new Error(`no node ${id}`);
    return node;
  }

  #run(): void {
    if (this.#running) return;
    this.#running = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) next();
    this.#running = false;
  }

  #perform(node: StageNode, output: RoomsOutput): void {
    const { id } = node.info;
    switch (output.kind) {
      case 'persist':
        return node.store.commit(output.writes);
      case 'lookup': {
        const { boots } = node;
        const answer = (): void => {
          if (node.boots !== boots) return;
          this.step(id, { kind: 'found', id: output.id, answer: node.store.query(output.query) });
        };
        if (this.answers) this.#queue.push(answer);
        else this.asked.push({ node: id, id: output.id, answer });
        return;
      }
      case 'setTimer':
        return void node.timers.set(output.key, this.nowMs + output.afterMs);
      case 'clearTimer':
        return void node.timers.delete(output.key);
      case 'reply':
      case 'opened':
        return this.#record.show(output.session ?? 'nobody', output);
      case 'attach':
        return void node.attached.set(
          output.room,
          (node.attached.get(output.room) ?? new Set()).add(output.session),
        );
      case 'detach':
        return void node.attached.get(output.room)?.delete(output.session);
      case 'deliver':
        for (const session of node.attached.get(output.room) ?? []) {
          this.#record.show(session, { kind: 'entries', room: output.room, entries: output.entries });
        }
        return;
      case 'deliverTo':
        return this.#record.show(output.session ?? 'nobody', {
          kind: 'entries',
          room: output.room,
          entries: output.entries,
        });
      case 'notice': {
        const { to, notice } = output;
        if (to === 'all') return this.#record.show('all', { kind: 'notice', notice });
        const sessions = 'session' in to ? [to.session] : (node.attached.get(to.room) ?? []);
        for (const session of sessions) this.#record.show(session, { kind: 'notice', notice });
        return;
      }
      case 'send': {
        const { to, message } = output;
        this.sent.push({ from: id, to, message });
        if (!node.links.has(to) || this.lose(id, to, message)) return;
        this.#queue.push(() => {
          if (this.#node(to).links.has(id)) this.step(to, { kind: 'message', from: id, message });
        });
        return;
      }
      case 'dial':
        return void this.dials.push({ from: id, address: output.address, atMs: this.nowMs });
      case 'hangUp':
        return void node.links.delete(output.node);
      case 'refused':
        return void this.refused.push(output.code);
      case 'dropFiles':
        return void this.dropped.push({ ...output, node: id });
      case 'askDirectory': {
        const { boots } = node;
        return void this.#queue.push(() => {
          if (node.boots === boots) this.directory.ask(id, output.id, output.command);
        });
      }
      case 'forgotten':
        return;
    }
  }
}
