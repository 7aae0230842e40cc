/**
 * The replicated directory at one node. Rules DR20… in SPEC.md.
 *
 *   commands, reads ─▶ Requests ─▶ Replica (Raft, machine) ─▶ answered, changed
 *   of other nodes  ─▶ Serving  ─▶     ▲        ▲
 *   other directories ─▶ Joining ──────┘        │
 *   newcomers, members ─▶ Membership ───────────┘
 */
import type { Core, Now, Random } from '@bothy/protocols';
import type {
  DirectoryContent,
  DirectoryMessage,
  DirectoryRoomClaim,
  EdgeHome,
  EdgeId,
  KeptKey,
  Name,
  NameRecord,
  NodeId,
  PersonId,
  RoomId,
} from '@bothy/wire';
import { ownerOf } from '@bothy/wire';
import { type DirectoryConfig, timing } from './config.ts';
import type {
  DirectoryInput,
  DirectoryOutput,
  DirectorySnapshot,
  DirectoryView,
} from './directory-messages.ts';
import { viewOf, whyUnavailable } from './directory-view.ts';
import { Forgetting } from './forgetting.ts';
import { Joining } from './joining.ts';
import { Membership } from './membership.ts';
import { Neighbours } from './neighbours.ts';
import { Replica } from './replica.ts';
import { Requests } from './requests.ts';
import { Serving } from './serving.ts';
import { Step } from './step.ts';

export class DirectoryCore implements Core<DirectoryInput, DirectoryOutput> {
  readonly #node: NodeId;
  readonly #replica: Replica;
  readonly #neighbours = new Neighbours();
  readonly #requests: Requests;
  readonly #serving: Serving;
  readonly #membership: Membership;
  readonly #joining: Joining;
  readonly #forgetting: Forgetting;
  /** Something that the parts decide by is different. */
  #isMoved = false;
  /** When there was a leader that could be asked, last. */
  #readyMs: number | undefined;
  #nowMs = 0;
  #said = '';

  constructor(config: DirectoryConfig, snapshot: DirectorySnapshot, random: Random) {
    this.#node = config.node;
    this.#replica = new Replica(config, snapshot, random, this.#listener(), (node) =>
      this.#neighbours.has(node),
    );
    this.#requests = new Requests(this.#replica, this.#neighbours);
    this.#serving = new Serving(this.#replica, this.#neighbours);
    this.#membership = new Membership(config.node, this.#replica, this.#neighbours);
    this.#joining = new Joining(config.node, snapshot.yieldsTo, this.#replica, this.#neighbours);
    this.#forgetting = new Forgetting(config.node, this.#replica, this.#requests, {
      isStuck: () => this.view().state === 'stale',
      force: (step) => this.#force(step),
    });
  }

  view(): DirectoryView {
    return viewOf({
      node: this.#node,
      replica: this.#replica,
      neighbours: this.#neighbours,
      isYielding: this.#joining.isYielding,
      leaderlessMs: this.#nowMs - (this.#readyMs ?? this.#nowMs),
    });
  }

  /** Undefined: nobody ever claimed it. */
  name(name: Name): NameRecord | undefined {
    return this.#replica.shown.name(name);
  }

  ownerOf(name: Name): PersonId | undefined {
    return ownerOf(this.name(name));
  }

  names(): readonly NameRecord[] {
    return this.#replica.shown.names();
  }

  room(room: RoomId): DirectoryRoomClaim | undefined {
    return this.#replica.shown.room(room);
  }

  isBuried(room: RoomId): boolean {
    return this.#replica.shown.isBuried(room);
  }

  home(edge: EdgeId): EdgeHome | undefined {
    return this.#replica.shown.home(edge);
  }

  homes(): readonly EdgeHome[] {
    return this.#replica.shown.homes();
  }

  /** Undefined: it was never kept out. */
  key(person: PersonId): KeptKey | undefined {
    return this.#replica.shown.key(person);
  }

  keys(): readonly KeptKey[] {
    return this.#replica.shown.keys();
  }

  content(): DirectoryContent {
    return this.#replica.shown.content();
  }

  step(input: DirectoryInput, now: Now): readonly DirectoryOutput[] {
    const step = new Step(now);
    this.#nowMs = now.monoMs;
    this.#readyMs ??= now.monoMs;
    this.#take(step, input);
    this.#settle(step);
    return step.outputs;
  }

  #take(step: Step, input: DirectoryInput): void {
    switch (input.kind) {
      case 'start':
        this.#replica.start(step);
        this.#setTick(step);
        return this.#stir();
      case 'linkUp':
        this.#neighbours.linkUp(step, input.node, this.#replica);
        this.#membership.linkUp(input.node);
        return this.#stir();
      case 'linkDown':
        this.#neighbours.linkDown(input.node);
        this.#membership.linkDown(input.node);
        this.#requests.linkDown(input.node);
        return this.#stir();
      case 'message':
        if (this.#neighbours.has(input.from)) this.#message(step, input.from, input.message);
        return;
      case 'command':
        return this.#requests.ask(step, input.command, (later, result) => {
          later.emit({ kind: 'answered', id: input.id, result });
        });
      case 'read':
        return this.#requests.ask(step, null, (later, result) => {
          later.emit({ kind: 'read', id: input.id, result: result.ok ? { ok: true } : result });
        });
      case 'forgetNode':
        return this.#forgetting.forget(step, input);
      case 'timer':
        return input.key === 'tick' ? this.#tick(step) : this.#replica.timerFired(step, input.key.slice(5));
      case 'durable':
        return this.#replica.durable(step, input.token);
    }
  }

  #message(step: Step, from: NodeId, message: DirectoryMessage): void {
    const mayPropose = !this.#joining.isYielding;
    switch (message.kind) {
      case 'about':
        this.#neighbours.heard(step, from, message.about);
        return this.#stir();
      case 'raft':
        if (message.directory === this.#replica.directory)
          this.#replica.run(step, { kind: 'message', from, message: message.message });
        return;
      case 'ask':
        return this.#serving.ask(
          step,
          { from, id: message.id },
          message.directory,
          message.command,
          mayPropose,
        );
      case 'askRead':
        return this.#serving.ask(step, { from, id: message.id }, message.directory, null, mayPropose);
      case 'answer':
        return this.#requests.answered(step, from, message.id, message.index, message.result);
      case 'refuse':
        this.#requests.refused(from, message.id);
        return this.#joining.refused(step, message.id);
      case 'enrol':
        this.#membership.enrol(step, from, message, mayPropose);
        return this.#stir();
      case 'enrolled':
        if (!this.#joining.enrolled(step, from, message)) return;
        this.#requests.directoryChanged();
        return this.#stir();
    }
  }

  /** What the parts do because of what has happened, until nothing more follows. */
  #settle(step: Step): void {
    this.#requests.applied(step);
    this.#requests.pump(step, !this.#joining.isYielding);
    if (!this.#isMoved) return;
    while (this.#isMoved) {
      this.#isMoved = false;
      this.#joining.look(step);
      const mayPropose = !this.#joining.isYielding;
      this.#requests.pump(step, mayPropose);
      if (this.#membership.pump(step, mayPropose)) this.#isMoved = true;
    }
    this.#forgetting.look(step);
    this.#neighbours.tell(step, this.#replica);
    const { leader } = this.#replica.raft;
    const canAsk = leader === this.#node || (leader !== null && this.#neighbours.has(leader));
    if (canAsk || this.#joining.isYielding) this.#readyMs = this.#nowMs;
    const view = this.view();
    const said = JSON.stringify({ ...view, applied: 0 });
    if (said !== this.#said) step.emit({ kind: 'standing' });
    this.#said = said;
  }

  #tick(step: Step): void {
    this.#setTick(step);
    this.#stir();
    this.#requests.tick(step, whyUnavailable(this.view()));
  }

  #setTick(step: Step): void {
    step.emit({ kind: 'setTimer', key: 'tick', afterMs: timing.tickMs });
  }

  #stir(): void {
    this.#isMoved = true;
    this.#requests.stir();
  }

  #force(step: Step): void {
    this.#joining.over();
    this.#replica.force(step);
    this.#requests.directoryChanged();
  }

  #listener(): ConstructorParameters<typeof Replica>[3] {
    return {
      proposed: (step, id, answer, result) => {
        const index = answer.ok ? answer.index : undefined;
        const [kind] = id.split(' ');
        if (kind === 'own') this.#requests.proposed(step, id, answer.ok, result);
        else if (kind === 'for') this.#serving.decided(step, id, index, result);
        else {
          if (kind === 'enrol') this.#membership.brought(step, id, index, result);
          else this.#membership.changed(step, answer.ok);
          this.#isMoved = true;
        }
      },
      readable: (step, id, answer) => {
        if (id.startsWith('own ')) this.#requests.proposed(step, id, answer.ok, undefined);
        else this.#serving.decided(step, id, answer.ok ? answer.index : undefined, undefined);
      },
      applied: (_step, command, isOwn) => {
        if (command.kind !== 'removeNode' || !isOwn) return;
        this.#membership.removed(command.node);
        this.#isMoved = true;
      },
      moved: () => this.#stir(),
    };
  }
}
