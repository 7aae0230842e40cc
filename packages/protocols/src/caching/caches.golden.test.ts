/** What passes between readers, writers, a cache and its store, to be read. */
import { expect, test } from 'vitest';
import { LruCache } from './lru-cache.ts';
import { ReadThrough, type ReadThroughOutput } from './read-through.ts';
import { type Flight, SingleFlight } from './single-flight.ts';
import { WriteBehind } from './write-behind.ts';
import { WriteThrough, type WriteThroughOutput } from './write-through.ts';

const inFile = async (lines: readonly string[], file: string): Promise<void> =>
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`../testdata/${file}.txt`);

test('[RT1, RT2, RT3, RT4, RT5] readers, a rename that overtakes a look-up, and a store that is away', async () => {
  const cache = new ReadThrough<string, string, string>({
    maxEntries: 10,
    maxFlights: 10,
    ttlMs: 60_000,
    absentTtlMs: 5_000,
  });
  type Output = ReadThroughOutput<string, string, string>;
  const lines: string[] = [];
  const loads: Extract<Output, { kind: 'load' }>['load'][] = [];
  let nowMs = 0;
  const say = (line: string): void => void lines.push(`${String(nowMs / 1_000).padStart(2)} s  ${line}`);
  const take = (outputs: readonly Output[]): void => {
    for (const output of outputs) {
      if (output.kind === 'load') {
        loads.push(output.load);
        say(`  -> asks the store for ${output.load.key}`);
      } else {
        const { answer, waiters } = output;
        say(`  -> ${waiters.join(' and ')}: ${answer.kind === 'value' ? answer.value : answer.kind}`);
      }
    }
  };
  const read = (room: string, who: string): void => {
    say(`${who} reads ${room}`);
    take(cache.read(room, who, nowMs));
  };
  const store = (said: string | undefined): void => {
    const load = loads.shift();
    if (load === undefined) throw new Error('the store was not asked');
    say(`the store says of ${load.key}: ${said ?? 'nothing of that name'}`);
    take(cache.loaded(load, said === undefined ? { kind: 'absent' } : { kind: 'value', value: said }, nowMs));
  };
  read('hut', 'ann');
  read('hut', 'ben');
  nowMs = 1_000;
  say('hut is renamed: invalidated');
  cache.invalidate('hut');
  read('hut', 'cleo');
  store('Hut');
  store('Hut by the lake');
  read('hut', 'dora');
  nowMs = 2_000;
  read('cave', 'ann');
  store(undefined);
  read('cave', 'ben');
  nowMs = 7_000;
  read('cave', 'cleo');
  const [load] = loads.splice(0);
  say('the store is away');
  if (load !== undefined) take(cache.failed(load));
  await inFile(lines, 'read-through');
});

test('[WT1, WT2, WT3, WT4] one that is out, two that wait behind it, one that the store refuses, a deletion', async () => {
  const cache = new WriteThrough<string, string, string>({ maxEntries: 2, maxWaiting: 10 });
  const lines: string[] = [];
  const take = (outputs: readonly WriteThroughOutput<string, string, string>[]): void => {
    for (const output of outputs) {
      if (output.kind === 'store') lines.push(`  -> store ${output.key}: ${output.value ?? 'delete it'}`);
      else lines.push(`  -> ${output.writers.join(' and ')}: ${output.kind}`);
    }
  };
  const show = (): number => lines.push(`     read hut: ${cache.read('hut') ?? 'nothing'}`);
  const write = (who: string, key: string, value: string | null): void => {
    lines.push(`${who} writes ${key}: ${value ?? 'deletes it'}`);
    take(cache.write(key, value, who));
    show();
  };
  const stored = (isTaken: boolean): void => {
    lines.push(isTaken ? 'the store has it' : 'the store would not take it');
    take(isTaken ? cache.stored('hut') : cache.failed('hut'));
    show();
  };
  write('ann', 'hut', 'Hut');
  write('ben', 'hut', 'Hut by the lake');
  write('cleo', 'hut', 'Hut on the hill');
  stored(true);
  stored(false);
  write('dora', 'hut', null);
  stored(true);
  write('ann', 'lake', 'Lake');
  write('ann', 'shed', 'Shed');
  write('ann', 'cave', 'Cave');
  await inFile(lines, 'write-through');
});

test('[WB1, WB2, WB3, WB4, WB5, WB9] marks that wait, a flush that fails and is tried again, and one mark too many', async () => {
  const cache = new WriteBehind<string, number>({ maxDelayMs: 2_000, maxPending: 2 });
  const lines: string[] = [];
  let nowMs = 0;
  const say = (line: string): void => void lines.push(`${(nowMs / 1_000).toFixed(1)} s  ${line}`);
  const due = (): string =>
    cache.dueMs === Infinity
      ? 'no flush is due'
      : `a flush is due ${cache.dueMs < nowMs ? 'now' : `at ${(cache.dueMs / 1_000).toFixed(1)} s`}`;
  const put = (who: string, place: number): void => {
    const isTaken = cache.put(who, place, nowMs);
    say(`${who} is at ${place}: ${isTaken ? due() : 'no room'}`);
  };
  const flush = (): void => {
    const all = cache.flush().map(([who, place]) => `${who} ${place}`);
    say(`  -> store ${all.join(', ')}`);
  };
  put('ann', 1);
  nowMs = 500;
  put('ann', 7);
  put('ben', 3);
  flush();
  nowMs = 700;
  put('ann', 9);
  nowMs = 1_000;
  cache.flushFailed(nowMs);
  say(`the store is away: ${due()}, ann is at ${cache.get('ann')}`);
  nowMs = 1_200;
  for (const who of ['cleo', 'dora', 'emil']) put(who, 1);
  nowMs = 3_000;
  flush();
  put('ben', 4);
  cache.flushed();
  say(`the store has it: ${due()}`);
  await inFile(lines, 'write-behind');
});

test('[LR1, LR2, LR3, LR4, LR5] three places, four rooms, ten seconds to live, and a clock that goes back', async () => {
  const cache = new LruCache<string, string>({ maxEntries: 3, ttlMs: 10_000 });
  const lines: string[] = [];
  const say = (second: number, line: string): void =>
    void lines.push(`${String(second).padStart(2)} s  ${line}`);
  const set = (second: number, key: string): void => {
    const gone = cache.set(key, key.toUpperCase(), second * 1_000);
    say(second, `set ${key}${gone === undefined ? '' : `: ${gone.key} goes, it was used longest ago`}`);
  };
  const get = (second: number, key: string): void =>
    say(second, `get ${key}: ${cache.get(key, second * 1_000) ?? 'not held'}`);
  set(0, 'hut');
  set(1, 'lake');
  set(2, 'shed');
  get(3, 'hut');
  set(4, 'mill');
  get(5, 'lake');
  get(9, 'hut');
  get(10, 'hut');
  get(9, 'hut');
  say(10, `delete mill: ${cache.delete('mill') ? 'it was held' : 'it was not held'}`);
  get(10, 'mill');
  get(11, 'shed');
  get(12, 'shed');
  await inFile(lines, 'lru-cache');
});

test('[SF1, SF2, SF3, SF4, SF5] two keys, a change meanwhile, and more than may wait', async () => {
  const flights = new SingleFlight<string, string>({ maxFlights: 2, maxWaiters: 2 });
  const lines: string[] = [];
  const under: Flight<string>[] = [];
  const words = { begin: 'a look-up begins', wait: 'waits for it', refused: 'refused' };
  const ask = (key: string, who: string): void => {
    const asked = flights.ask(key, who);
    if (asked.kind === 'begin') under.push(asked.flight);
    lines.push(`${who} asks for ${key}: ${words[asked.kind]}`);
  };
  const end = (at: number, what: string): void => {
    const flight = under[at];
    const told = flight === undefined ? [] : flights.end(flight);
    lines.push(`look-up ${at + 1}, ${flight?.key}, ${what}: ${told.join(' and ') || 'nobody'} told`);
  };
  ask('hut', 'ann');
  ask('hut', 'ben');
  ask('hut', 'cleo');
  ask('lake', 'cleo');
  ask('shed', 'dora');
  flights.forget('hut');
  lines.push('hut has changed: its look-up is not joined any more');
  end(1, 'fails');
  ask('hut', 'dora');
  end(0, 'ends');
  end(2, 'ends');
  end(2, 'ends again');
  ask('lake', 'emil');
  await inFile(lines, 'single-flight');
});
