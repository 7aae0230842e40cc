/**
 * Two or three persons become contacts and talk while everything goes wrong;
 * then the faults end, and everyone must hold the same conversation.
 */

import type { LinkState } from '@bothy/peer/core';
import {
  type FaultProfile,
  injectFaults,
  type Scenario,
  type ScenarioResult,
  Simulation,
} from '@bothy/simulator';
import { ConversationChecker } from './conversation-checker.ts';
import { type makePeerCore, PeerDevice } from './peer-device.ts';
import { SimBroker } from './sim-broker.ts';
import { SimRtcNetwork } from './sim-rtc.ts';

const names = ['alice', 'ben', 'carol', 'dora', 'emil'] as const;

export interface ConversationWorldOptions {
  readonly name: string;
  readonly title: string;
  /** How many persons talk; each pair becomes contacts. */
  readonly persons: (seedNumber: number) => number;
  readonly faults: FaultProfile;
  /** Mean time between cuts of one device's broker connection; 0 for none. */
  readonly brokerCutEveryMs: number;
  /** Chances of a signalling message to be doubled, and of it or a packet on a link to be lost. */
  readonly duplicate: number;
  readonly loss: number;
  /** Chance that the broker lies about a delivery. */
  readonly hostile: number;
  readonly faultMs: number;
  /** Messages each person writes to each contact. */
  readonly messages: number;
}

/** Longer than every retry of the core together, so that what can heal has healed. */
const calmMs = 120_000;

export function conversationScenario(
  options: ConversationWorldOptions,
  makeCore?: typeof makePeerCore,
): Scenario {
  return {
    name: options.name,
    title: options.title,
    run: (seed) => new ConversationWorld(seed, options, makeCore).run(),
  };
}

/**
 * What makes a person ask: a link that was given up, and somebody shown as away
 * who is not, because their presence was lost or kept back. Nobody has to ask
 * while a link says that it is being tried again.
 */
const asksAgain: ReadonlySet<LinkState> = new Set(['failed', 'offline']);

class ConversationWorld {
  readonly #options: ConversationWorldOptions;
  readonly #simulation: Simulation;
  readonly #broker: SimBroker;
  readonly #rtc: SimRtcNetwork;
  readonly #checker = new ConversationChecker();
  readonly #devices: PeerDevice[];
  #written = 0;

  constructor(seed: string, options: ConversationWorldOptions, makeCore: typeof makePeerCore | undefined) {
    this.#options = options;
    const simulation = new Simulation({ seed, scenario: options.name });
    this.#simulation = simulation;
    const world = (concern: string) => ({
      after: (delayMs: number, run: () => void) => void simulation.after(delayMs, run),
      random: simulation.random(concern),
    });
    this.#broker = new SimBroker(world('broker'), {
      duplicate: options.duplicate,
      loss: options.loss,
      hostile: options.hostile,
      maxDelayMs: 60,
    });
    const reachable = (one: string, other: string): boolean =>
      simulation.network.reachable(one, other) && simulation.network.reachable(other, one);
    const times = {
      maxOperationMs: 10,
      maxFrameMs: 40,
      loss: options.loss,
      disconnectedMs: 3_000,
      failedMs: 15_000,
    };
    this.#rtc = new SimRtcNetwork({ ...world('rtc'), reachable }, times);
    const persons = options.persons(simulation.random('persons').below(1_000));
    this.#devices = names.slice(0, persons).map((name, index) => {
      const letter = 'abcdefgh'[index] ?? 'h';
      const who = { name, person: letter.repeat(32), device: letter.repeat(16) };
      const core = makeCore === undefined ? {} : { makeCore };
      return new PeerDevice({
        simulation,
        broker: this.#broker,
        rtc: this.#rtc,
        who,
        observer: this.#checker,
        ...core,
      });
    });
    for (const device of this.#devices) this.#checker.add(device);
    simulation.addInvariant('conversation', () => this.#checker.safety());
  }

  run(): ScenarioResult {
    const simulation = this.#simulation;
    this.#reconnectToBroker();
    this.#makeContacts();
    simulation.run(2_000);
    injectFaults(simulation, this.#options.faults, this.#options.faultMs);
    this.#cutBroker();
    this.#talk();
    simulation.run(this.#options.faultMs);
    this.#broker.faults = { ...this.#broker.faults, loss: 0, hostile: 0 };
    this.#askAgain();
    simulation.run(calmMs);
    this.#checkContacts();
    const problem = this.#checker.liveness();
    if (problem !== undefined) simulation.fail('all converge', problem);
    const { trace } = simulation;
    const counts = {
      written: this.#written,
      acknowledged: this.#checker.acknowledgedCount,
      envelopes: this.#broker.published,
      connections: this.#rtc.opened,
      refused: this.#checker.refusedCount,
      clocks: this.#checker.clocks.checkedCount,
      boots: this.#devices.reduce((sum, device) => sum + device.process.bootCount, 0),
    };
    return { traceHash: trace.hash, traceLines: trace.count, tail: trace.tail(200), counts };
  }

  #pairs(): [PeerDevice, PeerDevice][] {
    return this.#devices.flatMap((one, index) =>
      this.#devices.slice(index + 1).map((other): [PeerDevice, PeerDevice] => [one, other]),
    );
  }

  /** One side asks, sometimes both; who is asked accepts as soon as it shows. */
  #makeContacts(): void {
    const random = this.#simulation.random('contacts');
    for (const [one, other] of this.#pairs()) {
      const both = random.next() < 0.3;
      const ask = (from: PeerDevice, to: PeerDevice): void => {
        if (!this.#isContact(from, to)) from.command({ kind: 'addContact', name: to.who.name });
      };
      this.#simulation.after(100 + random.below(500), () => ask(one, other));
      if (both) this.#simulation.after(100 + random.below(500), () => ask(other, one));
    }
    this.#every('accept', 400, () => {
      for (const device of this.#devices) {
        const asking = device.contact('asking');
        if (asking !== undefined) device.command({ kind: 'acceptContact', contact: asking.id });
      }
    });
  }

  #isContact(one: PeerDevice, other: PeerDevice): boolean {
    return one.store.contacts.get(other.who.person)?.state === 'accepted';
  }

  #talk(): void {
    const random = this.#simulation.random('talk');
    for (const [one, other] of this.#pairs()) {
      for (const [author, to] of [
        [one, other],
        [other, one],
      ] as const) {
        for (let i = 0; i < this.#options.messages; i++) {
          this.#simulation.after(random.below(this.#options.faultMs), () => this.#write(author, to));
        }
        this.#simulation.after(random.below(this.#options.faultMs), () => {
          if (this.#isContact(author, to)) author.command({ kind: 'markRead', person: to.who.person });
        });
        this.#simulation.after(random.below(this.#options.faultMs), () => this.#amend(author));
        this.#simulation.after(random.below(this.#options.faultMs), () => this.#amend(author));
      }
    }
  }

  #write(author: PeerDevice, to: PeerDevice): void {
    if (!author.process.alive || !this.#isContact(author, to)) return;
    this.#written += 1;
    const messageId = `${author.who.name}-${to.who.name}-${this.#written}`;
    const text = `message ${this.#written}`;
    const command = { kind: 'send', person: to.who.person, messageId, text } as const;
    author.command(command, (id) => this.#checker.sending(id, { author, to, messageId }));
  }

  /** The author changes or deletes something written before; the machine may also wake up meanwhile. */
  #amend(author: PeerDevice): void {
    const random = this.#simulation.random('amend');
    const saved = this.#checker.someSaved(author, (count) => random.below(count));
    author.process.submit({ kind: 'awake' });
    if (saved === undefined || !author.process.alive) return;
    const person = saved.to.who.person;
    if (random.next() < 0.5) {
      author.command({ kind: 'editMessage', person, n: saved.n, text: `changed ${saved.messageId}` });
    } else {
      this.#checker.deleting(saved);
      author.command({ kind: 'deleteMessage', person, n: saved.n });
    }
    author.command({ kind: 'typing', person, active: random.next() < 0.5 });
  }

  /**
   * After the faults the persons do what people do, and no more: who sees that a
   * link has failed tries again, and who is no contact yet asks again.
   */
  #askAgain(): void {
    for (const [one, other] of this.#pairs()) {
      for (const [from, to] of [
        [one, other],
        [other, one],
      ] as const) {
        for (const afterMs of [1_000, 30_000, 60_000]) {
          this.#simulation.after(afterMs, () => this.#tryAgain(from, to));
        }
      }
    }
  }

  #tryAgain(from: PeerDevice, to: PeerDevice): void {
    if (!this.#isContact(from, to)) from.command({ kind: 'addContact', name: to.who.name });
    else if (asksAgain.has(this.#checker.linkState(from, to) ?? 'offline')) {
      from.command({ kind: 'connect', person: to.who.person });
    }
  }

  #checkContacts(): void {
    for (const [one, other] of this.#pairs()) {
      if (this.#isContact(one, other) && this.#isContact(other, one)) continue;
      this.#simulation.fail(
        'contacts agree',
        `${one.who.name} and ${other.who.name} are not contacts of each other`,
      );
    }
  }

  #cutBroker(): void {
    if (this.#options.brokerCutEveryMs === 0) return;
    const endMs = this.#simulation.nowMs + this.#options.faultMs;
    const random = this.#simulation.random('broker cuts');
    this.#every('broker cuts', this.#options.brokerCutEveryMs, () => {
      const device = this.#devices[random.below(this.#devices.length)];
      const outageMs = random.below(8_000);
      if (device === undefined || this.#simulation.nowMs + outageMs >= endMs) return;
      this.#simulation.note(`${device.who.name} loses the broker for ${outageMs} ms`);
      device.brokerReachable = false;
      device.cutBroker();
      this.#simulation.after(outageMs, () => {
        device.brokerReachable = true;
      });
    });
  }

  /** The signalling driver tries again every second or so. */
  #reconnectToBroker(): void {
    this.#every('reconnect', 1_000, () => {
      for (const device of this.#devices) device.connectBroker();
    });
  }

  #every(concern: string, meanMs: number, act: () => void): void {
    const random = this.#simulation.random(`every ${concern}`);
    const next = (): void => {
      this.#simulation.after(random.next() * 2 * meanMs, () => {
        act();
        next();
      });
    };
    next();
  }
}
