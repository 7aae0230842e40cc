import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  PrimaryBackup,
  type PrimaryBackupMessage,
  type PrimaryBackupOutput,
  type ReplicaStored,
} from './primary-backup.ts';

const options = { resendMs: 100, maxEntries: 3, maxUncommitted: 5 };

/** Replicas that talk over a network which a test empties by hand. */
class Trio {
  readonly cores = new Map<string, PrimaryBackup>();
  readonly disks = new Map<string, ReplicaStored>();
  readonly network: { readonly from: string; readonly to: string; readonly message: PrimaryBackupMessage }[] =
    [];
  readonly committed = new Map<string, string[]>();
  readonly said: string[] = [];
  readonly transcript: string[] = [];

  constructor(...nodes: readonly string[]) {
    for (const node of nodes) {
      this.disks.set(node, { epoch: 0, entries: [] });
      this.restart(node);
    }
  }

  restart(node: string): void {
    this.committed.set(node, []);
    this.cores.set(
      node,
      new PrimaryBackup({ node, ...options }, this.disks.get(node) ?? { epoch: 0, entries: [] }),
    );
  }

  core(node: string): PrimaryBackup {
    const core = this.cores.get(node);
    if (core === undefined) throw new Error(`no ${node}`);
    return core;
  }

  write(node: string, id: string): string {
    const outputs: PrimaryBackupOutput[] = [];
    const { kind } = this.core(node).write(outputs, id, `value of ${id}`);
    this.transcript.push(`${node} <- write ${id}: ${kind}`);
    this.act(node, outputs);
    return kind;
  }

  act(node: string, outputs: readonly PrimaryBackupOutput[]): void {
    for (const output of outputs) {
      if (output.kind === 'persist') {
        const before = this.disks.get(node)?.entries ?? [];
        const kept = output.entries.length === 0 ? before : before.slice(0, output.from - 1);
        this.disks.set(node, { epoch: output.epoch, entries: [...kept, ...output.entries] });
        this.transcript.push(
          `${node}    -> persist epoch ${output.epoch}, from ${output.from}: ${output.entries.map(({ id }) => id).join(' ')}`.trimEnd(),
        );
      } else if (output.kind === 'send') {
        this.network.push({ from: node, to: output.to, message: output.message });
        this.transcript.push(`${node}    -> send ${describeMessage(output.message)} to ${output.to}`);
      } else if (output.kind === 'committed') {
        this.committed.get(node)?.push(output.entry.id);
        this.transcript.push(`${node}    -> committed ${output.entry.id}`);
      } else {
        this.said.push(`${node} ${output.kind}`);
        this.transcript.push(`${node}    -> ${output.kind}`);
      }
    }
  }

  deliver(isLost: (to: string) => boolean = () => false): void {
    for (let packet = this.network.shift(); packet !== undefined; packet = this.network.shift()) {
      if (isLost(packet.to) || isLost(packet.from)) continue;
      this.transcript.push(`${packet.to} <- ${describeMessage(packet.message)} from ${packet.from}`);
      this.act(packet.to, this.core(packet.to).received(packet.from, packet.message));
    }
  }

  ids(node: string): string[] {
    return (this.disks.get(node)?.entries ?? []).map(({ id }) => id);
  }
}

function describeMessage(message: PrimaryBackupMessage): string {
  if (message.kind !== 'append')
    return `${message.kind}${'lastSeq' in message ? ` ${message.lastSeq}` : ''} (epoch ${message.epoch})`;
  const { previous, entries, committedSeq, epoch } = message;
  return `append after ${previous.seq} [${entries.map(({ id }) => id).join(' ')}] committed ${committedSeq} (epoch ${epoch})`;
}

function started(): Trio {
  const trio = new Trio('n1', 'n2', 'n3');
  trio.act('n1', trio.core('n1').promote(1, ['n2', 'n3']));
  trio.deliver();
  return trio;
}

describe('writes', () => {
  test('[PB1] a write is committed once all in sync have it on disk, and not before', () => {
    const trio = started();
    expect(trio.write('n1', 'a')).toBe('taken');
    trio.deliver((node) => node === 'n3');
    expect(trio.committed.get('n1')).toEqual([]);
    trio.act('n1', trio.core('n1').timerFired('resend'));
    trio.deliver();
    expect(trio.committed.get('n1')).toEqual(['a']);
    expect([trio.ids('n2'), trio.ids('n3')]).toEqual([['a'], ['a']]);
    // Backups hear of it with what comes next.
    trio.act('n1', trio.core('n1').timerFired('resend'));
    trio.deliver();
    expect(trio.committed.get('n2')).toEqual(['a']);
  });

  test('[PB3] done again it is done once; at a backup it is refused, and more than so many wait for nobody', () => {
    const trio = started();
    expect(trio.write('n2', 'a')).toBe('notPrimary');
    expect(trio.write('n1', 'a')).toBe('taken');
    expect(trio.write('n1', 'a')).toBe('known');
    for (const id of ['b', 'c', 'd', 'e']) expect(trio.write('n1', id)).toBe('taken');
    expect(trio.write('n1', 'f')).toBe('full');
    trio.deliver();
    expect(trio.ids('n3')).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(trio.write('n1', 'f')).toBe('taken');
  });

  test('[PB4] one that is dropped is not waited for, and one that has caught up is', () => {
    const trio = started();
    trio.write('n1', 'a');
    trio.deliver((node) => node === 'n3');
    expect(trio.core('n1').lagging).toEqual(['n3']);
    expect(trio.core('n1').dropped(7, 'n3')).toEqual([]);
    trio.act('n1', trio.core('n1').dropped(1, 'n3'));
    expect(trio.committed.get('n1')).toEqual(['a']);
    trio.write('n1', 'b');
    trio.deliver();
    trio.act('n1', trio.core('n1').catchUp('n3'));
    expect(trio.core('n1').catchUp('n3')).toEqual([]);
    trio.deliver();
    expect(trio.said).toContain('n1 caughtUp');
    expect(trio.ids('n3')).toEqual(['a', 'b']);
    expect(trio.core('n1').backups).toEqual(['n2', 'n3']);
    trio.write('n1', 'c');
    trio.deliver((node) => node === 'n3');
    expect(trio.committed.get('n1')).toEqual(['a', 'b']);
  });
});

describe('primaries', () => {
  test('[PB2, PB5] a new primary fences the old one, and what only that had goes', async () => {
    const trio = started();
    trio.write('n1', 'a');
    trio.deliver();
    trio.write('n1', 'lost');
    trio.network.length = 0;
    trio.act('n2', trio.core('n2').promote(2, ['n1', 'n3']));
    trio.deliver((node) => node === 'n1');
    trio.write('n2', 'b');
    trio.deliver((node) => node === 'n1');
    // The old one has heard nothing, and is obeyed by nobody.
    trio.act('n1', trio.core('n1').timerFired('resend'));
    trio.deliver();
    expect(trio.said).toContain('n1 deposed');
    expect(trio.core('n1').role).toBe('backup');
    trio.act('n2', trio.core('n2').timerFired('resend'));
    trio.deliver();
    expect(['n1', 'n2', 'n3'].map((node) => trio.ids(node))).toEqual([
      ['a', 'b'],
      ['a', 'b'],
      ['a', 'b'],
    ]);
    expect(trio.committed.get('n1')).not.toContain('lost');
    await expect(`${trio.transcript.join('\n')}\n`).toMatchFileSnapshot('../testdata/primary-backup.txt');
  });

  test('[PB5] entries of an epoch that was replaced are replaced, however many there are', () => {
    const trio = started();
    for (const id of ['x1', 'x2', 'x3', 'x4', 'x5']) trio.write('n1', id);
    trio.network.length = 0;
    trio.act('n2', trio.core('n2').promote(2, ['n1', 'n3']));
    for (const id of ['a', 'b', 'c', 'd']) trio.write('n2', id);
    trio.deliver();
    expect(trio.ids('n1')).toEqual(['a', 'b', 'c', 'd']);
    expect(trio.committed.get('n2')).toEqual(['a', 'b', 'c', 'd']);
  });

  test('[PB6] an epoch that is not higher makes nobody primary, also after a crash', () => {
    const trio = started();
    expect(trio.core('n2').promote(1, ['n1', 'n3'])).toEqual([]);
    trio.restart('n1');
    expect(trio.core('n1').promote(1, ['n2', 'n3'])).toEqual([]);
    expect(trio.core('n1').role).toBe('backup');
    trio.act('n1', trio.core('n1').promote(2, []));
    expect(trio.write('n1', 'alone')).toBe('taken');
    expect(trio.committed.get('n1')).toEqual(['alone']);
  });

  test('[PB6] what strangers and old primaries say changes nothing', () => {
    const trio = started();
    trio.write('n1', 'a');
    trio.network.length = 0;
    const core = trio.core('n1');
    expect(core.received('n9', { kind: 'appended', epoch: 1, lastSeq: 1 })).toEqual([]);
    expect(core.received('n2', { kind: 'appended', epoch: 0, lastSeq: 1 })).toEqual([]);
    expect(core.received('n2', { kind: 'fenced', epoch: 1 })).toEqual([]);
    const none = { previous: { seq: 0, epoch: 0 }, entries: [], committedSeq: 0 };
    expect(core.received('n2', { kind: 'append', epoch: 1, ...none })).toEqual([]);
    expect(core.received('n2', { kind: 'append', epoch: 0, ...none })).toMatchObject([
      { message: { kind: 'fenced' } },
    ]);
    expect(trio.committed.get('n1')).toEqual([]);
    expect(trio.core('n2').timerFired('resend')).toEqual([]);
    expect(trio.core('n2').catchUp('n3')).toEqual([]);
  });

  test('[PB7] times and bounds out of range throw', () => {
    const stored = { epoch: 0, entries: [] };
    for (const wrong of [{ resendMs: 0 }, { maxEntries: 0 }, { maxUncommitted: Infinity }]) {
      expect(() => new PrimaryBackup({ node: 'n1', ...options, ...wrong }, stored)).toThrow(RangeError);
    }
  });
});

test('[PB1, PB5] whatever is lost and whoever is primary, what was committed anywhere stays everywhere, in one order', () => {
  const event = fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('write' as const), at: fc.nat(2) }) },
    { weight: 40, arbitrary: fc.record({ kind: fc.constant('deliver' as const), at: fc.nat(7) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const), at: fc.nat(7) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('resend' as const), at: fc.nat(2) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('promote' as const), at: fc.nat(2) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), at: fc.nat(2) }) },
  );
  const nodes = ['n1', 'n2', 'n3'];
  let commits = 0;
  fc.assert(
    fc.property(fc.array(event, { minLength: 50, maxLength: 250, size: 'max' }), (events) => {
      const trio = new Trio(...nodes);
      let epoch = 0;
      let written = 0;
      const order: string[] = [];
      for (const { kind, at } of events) {
        const node = nodes[at % 3] ?? 'n1';
        if (kind === 'write') trio.write(node, `w${written++}`);
        else if (kind === 'resend') trio.act(node, trio.core(node).timerFired('resend'));
        else if (kind === 'restart') trio.restart(node);
        else if (kind === 'promote') trio.act(node, trio.core(node).promote(++epoch, nodes));
        else {
          const [packet] = trio.network.splice(at % Math.max(1, trio.network.length), 1);
          if (packet !== undefined && kind === 'deliver') {
            trio.act(packet.to, trio.core(packet.to).received(packet.from, packet.message));
          }
        }
        for (const each of nodes) {
          for (const [place, id] of (trio.committed.get(each) ?? []).entries()) {
            order[place] ??= id;
            expect(id).toBe(order[place]);
          }
        }
      }
      commits += order.length;
    }),
    { numRuns: 400, seed: 11 },
  );
  expect(commits).toBeGreaterThan(400);
});
