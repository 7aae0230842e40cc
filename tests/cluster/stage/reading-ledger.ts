/** Everything that a subscriber has heard of one edge, by number: what is missing, and whether repetitions agree. */
import { spawn } from 'node:child_process';
import { findProgram } from '@bothy/testkit';
import type { EdgeStatus } from '@bothy/wire';
import { parseEdgeStatus, parseReading } from '@bothy/wire/schemas';
import { ReadingHistory } from './reading-history.ts';

export class ReadingLedger {
  /** By `boot sensor`: the value of each number. */
  readonly #values = new Map<string, Map<number, string>>();
  readonly statuses: EdgeStatus[] = [];
  /** For the checkers, by connection of the subscriber. */
  readonly history = new ReadingHistory();
  connection = 0;
  /** Readings that came again with another value or stamp, and what could not be read. */
  readonly contradictions: string[] = [];
  repeated = 0;
  late = 0;
  #heard: (() => void)[] = [];

  get size(): number {
    let size = 0;
    for (const values of this.#values.values()) size += values.size;
    return size;
  }

  take(topic: string, text: string): void {
    if (/^edge\/[^/]+\/status$/.test(topic)) this.#status(topic, text);
    else if (topic.startsWith('env/') && !topic.startsWith('env/event/')) this.#reading(text);
    const heard = this.#heard;
    this.#heard = [];
    for (const tell of heard) tell();
  }

  /** Resolves once it holds; asked with every message. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#heard.push(resolve));
  }

  /** Starts of the edge, as its last status and the readings know them. */
  boots(): number[] {
    return [...new Set([...this.#values.keys()].map((key) => Number(key.split(' ')[0])))].sort(
      (a, b) => a - b,
    );
  }

  /** Up to which number all of a start and sensor are there: what a node would say that it has stored. */
  contiguous(): { boot: number; upTo: Record<string, number> }[] {
    const boots = new Map<number, Record<string, number>>();
    for (const [key, values] of this.#values) {
      const [boot = '', sensor = ''] = key.split(' ');
      let upTo = 0;
      while (values.has(upTo + 1)) upTo += 1;
      if (upTo > 0) boots.set(Number(boot), { ...boots.get(Number(boot)), [sensor]: upTo });
    }
    return [...boots].map(([boot, upTo]) => ({ boot, upTo }));
  }

  /** Numbers that must have come and have not: below one that came, or said by a status. */
  missing(): string[] {
    const last = new Map<string, number>();
    const raise = (key: string, seq: number): void => void last.set(key, Math.max(seq, last.get(key) ?? 0));
    for (const [key, values] of this.#values) raise(key, Math.max(...values.keys()));
    for (const { boots = [] } of this.statuses) {
      for (const each of boots) {
        for (const [sensor, seq] of Object.entries(each.last)) raise(`${each.boot} ${sensor}`, seq);
      }
    }
    return [...last].flatMap(([key, seq]) => {
      const there = this.#values.get(key);
      const numbers = Array.from({ length: seq }, (_, at) => at + 1);
      return numbers.filter((number) => there?.has(number) !== true).map((number) => `${key} ${number}`);
    });
  }

  #status(topic: string, text: string): void {
    const parsed = parseEdgeStatus(text, { edge: topic.split('/')[1] ?? '' });
    if (parsed.ok) this.statuses.push(parsed.value);
    else this.contradictions.push(`${topic}: ${parsed.reason}`);
  }

  #reading(text: string): void {
    const parsed = parseReading(text, { receivedMs: Date.now(), zoneOffset: () => 0 });
    if (!parsed.ok) return void this.contradictions.push(`${text}: ${parsed.reason}`);
    const { node: edge, sensor, boot = 0, seq = 0, value, stampMs, hist } = parsed.value;
    const heard = { edge, boot, sensor, seq, value, stampMs, isLate: hist };
    this.history.heard(`listener ${this.connection}`, heard);
    const key = `${boot} ${sensor}`;
    const values = this.#values.get(key) ?? new Map<number, string>();
    this.#values.set(key, values);
    const before = values.get(seq);
    const words = `${value} ${stampMs}`;
    if (hist) this.late += 1;
    if (before !== undefined) this.repeated += 1;
    if (before !== undefined && before !== words)
      this.contradictions.push(`${key} ${seq}: ${before}, then ${words}`);
    values.set(seq, words);
  }
}

/** Fills a ledger by Mosquitto's own subscriber, from when it has subscribed. */
export async function subscribeWithMosquitto(port: number, ledger: ReadingLedger): Promise<{ stop(): void }> {
  const path = findProgram(['mosquitto_sub']);
  if (path === undefined) throw new Error('mosquitto_sub was not found: npm test installs it.');
  const args = ['-p', String(port), '-q', '1', '-t', 'env/#', '-t', 'edge/+/status', '-F', '%t %p', '-d'];
  // Line by line, however little there is.
  const child = spawn('stdbuf', ['-oL', path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`mosquitto_sub ended with ${code} before it had subscribed.`)),
    );
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        if (line.startsWith('Subscribed')) {
          ledger.connection += 1;
          resolve();
        }
        const [topic = ''] = line.split(' ', 1);
        if (/^(env|edge)\//.test(topic)) ledger.take(topic, line.slice(topic.length + 1));
      }
    });
  });
  // Asked to end it says goodbye to its broker, for which it would wait where that is gone.
  return { stop: () => void child.kill('SIGKILL') };
}
