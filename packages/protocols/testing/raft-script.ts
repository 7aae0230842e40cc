/**
 * Plays a script of a Raft cluster and gives it back with what happened under each command, so that one file is both
 * the test and the transcript. A line that begins with `>` is a command; the lines under it, up to the next command,
 * comment (`#`) or blank line, are what happened.
 *
 *   found 1 2 3                 members that found a cluster; `add 4` is one that others will add
 *   load 1 1/1 1/2 4/3          a member's disk holds these entries, and it is in the term of the last one
 *   campaign 1                  it is silent so long that 1 asks for votes
 *   settle · settle 1 2         packets arrive until none is left; with names: only between those
 *   deliver 4                   the next so many packets arrive
 *   drop · drop 3               packets under way are lost; with a name: those from and to it
 *   propose 1 x · read 1 index · change 1 voters 1 2 learners 4 · transfer 1 2 · compact 1
 *   heartbeat 1 · timer 1 transfer · pass 500      its timer fires, due or not; time passes and no timer fires
 *   crash 1 · restart 1 · slow 1 · flush 1 · quick 1      after `slow` its disk is done at `flush` only
 *   status 1                    what it knows of the others; `log 1`: what it holds
 *   quiet · loud                whether what happens is shown
 */
import { sayConfiguration, sayEntry, sayOutput, sayPacket } from './raft-words.ts';
import { type Packet, RaftWorld, raftOptions } from './raft-world.ts';

export function playScript(script: string): string {
  const player = new Player();
  const lines: string[] = [];
  let isOutput = false;
  for (const line of script.split('\n')) {
    if (line.startsWith('> ')) {
      lines.push(line, ...player.play(line.slice(2)));
      isOutput = true;
    } else if (line === '' || line.startsWith('#')) {
      lines.push(line);
      isOutput = false;
    } else if (!isOutput) throw new Error(`neither a command nor what comes of one: ${line}`);
  }
  return lines.join('\n');
}

class Player {
  readonly #world: RaftWorld;
  #lines: string[] = [];
  #isQuiet = false;
  #asked = 0;

  constructor() {
    this.#world = new RaftWorld({ maxEntriesPerMessage: 8 }, (id, what) => {
      if (what.kind === 'message' || what.kind === 'start' || what.kind === 'durable') return;
      const said = sayOutput(what as Parameters<typeof sayOutput>[0]);
      if (said !== undefined) this.#say(`    ${id} ${said}`);
    });
  }

  play(command: string): readonly string[] {
    this.#lines = [];
    const [verb = '', ...words] = command.split(' ');
    this.#do(verb, words);
    return this.#lines;
  }

  #do(verb: string, words: readonly string[]): void {
    const world = this.#world;
    const [first = '', second = ''] = words;
    const id = `${verb} ${++this.#asked}`;
    switch (verb) {
      case 'found':
        return world.found(...words);
      case 'add':
        world.add(first);
        return;
      case 'load':
        return this.#load(first, words.slice(1));
      case 'campaign':
        world.pass(2 * raftOptions.electionTimeoutMs);
        return world.fire(first, 'election');
      case 'heartbeat':
        return world.fire(first, 'heartbeat');
      case 'timer':
        return world.fire(first, second);
      case 'pass':
        return world.pass(Number(first));
      case 'settle':
        return this.#settle(new Set(words));
      case 'deliver':
        return this.#deliver(Number(first));
      case 'drop':
        return this.#drop(first);
      case 'propose':
        return world.step(first, { kind: 'propose', id: second, command: second });
      case 'read':
        return world.step(first, { kind: 'read', id, mode: second === 'lease' ? 'lease' : 'index' });
      case 'change':
        return this.#change(first, words.slice(1));
      case 'transfer':
        return world.step(first, { kind: 'transfer', id: 'transfer', to: second });
      case 'compact':
        return world.compact(first);
      case 'crash':
        return world.crash(first);
      case 'restart':
        return world.restart(first);
      case 'slow':
      case 'quick':
        world.process(first).isDiskQuick = verb === 'quick';
        return world.flush(first);
      case 'flush':
        return world.flush(first);
      case 'status':
        return this.#status(first);
      case 'log':
        return this.#log(first);
      case 'quiet':
      case 'loud':
        this.#isQuiet = verb === 'quiet';
        return;
      default:
        throw new Error(`no such command: ${verb}`);
    }
  }

  #say(line: string): void {
    if (!this.#isQuiet) this.#lines.push(line);
  }

  #load(id: string, positions: readonly string[]): void {
    const entries = positions.map((position) => {
      const [term = 0, index = 0] = position.split('/').map(Number);
      return { index, term, content: { kind: 'command', command: `c${position}` } } as const;
    });
    const process = this.#world.process(id);
    const term = entries.at(-1)?.term ?? 0;
    process.disk = { ...process.disk, term, entries };
    this.#world.crash(id);
    this.#world.restart(id);
  }

  #deliver(count: number): void {
    for (let left = count; left > 0; left--) {
      const [packet] = this.#world.network;
      if (packet === undefined) return;
      this.#say(`  ${sayPacket(packet)}`);
      this.#world.deliver();
    }
  }

  #settle(ids: ReadonlySet<string>): void {
    const { network } = this.#world;
    for (;;) {
      const at = network.findIndex(({ from, to }) => ids.size === 0 || (ids.has(from) && ids.has(to)));
      const packet = network[at];
      if (packet === undefined) return;
      this.#say(`  ${sayPacket(packet)}`);
      this.#world.deliver(at);
    }
  }

  #drop(id: string): void {
    const { network } = this.#world;
    const isLost = ({ from, to }: Packet): boolean => id === '' || from === id || to === id;
    for (const packet of network) if (isLost(packet)) this.#say(`  lost: ${sayPacket(packet)}`);
    network.splice(0, network.length, ...network.filter((packet) => !isLost(packet)));
  }

  #change(id: string, words: readonly string[]): void {
    const at = words.includes('learners') ? words.indexOf('learners') : words.length;
    const voters = words.slice(1, at);
    this.#world.step(id, { kind: 'change', id: 'change', voters, learners: words.slice(at + 1) });
  }

  #status(id: string): void {
    const member = this.#world.member(id);
    const { role, term, commit, lastIndex, configuration } = member;
    const log = `log ${member.firstIndex}..${lastIndex}, commit ${commit}`;
    this.#lines.push(`  ${id}: ${role}, term ${term}, ${log}, ${sayConfiguration(configuration)}`);
    for (const other of this.#world.processes.keys()) {
      const progress = member.progressOf(other);
      if (progress === undefined) continue;
      this.#lines.push(`  ${other}: ${progress.state}, match ${progress.match}, next ${progress.next}`);
    }
  }

  #log(id: string): void {
    const member = this.#world.member(id);
    const entries: string[] = [];
    for (let index = member.firstIndex; index <= member.lastIndex; index++) {
      const entry = member.entryAt(index);
      if (entry !== undefined) entries.push(sayEntry(entry));
    }
    this.#lines.push(`  ${id} holds ${entries.join(', ')}`);
  }
}
