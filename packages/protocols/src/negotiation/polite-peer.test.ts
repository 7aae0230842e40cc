import { describe, expect, test } from 'vitest';
import { PolitePeer } from './polite-peer.ts';
import type { DescriptionType, PolitePeerInput, PolitePeerOptions } from './polite-peer-messages.ts';

type Input = PolitePeerInput<string>;

const polite: PolitePeerOptions<string> = { polite: true };
const impolite: PolitePeerOptions<string> = { polite: false };
/** Candidates are named after their description: `t1.a` belongs to `t1`. */
const telling = { belongs: (candidate: string, sdp: string) => candidate.startsWith(`${sdp}.`) };

const needed: Input = { kind: 'negotiationNeeded' };
const offer = (sdp: string, number?: number): Input => description('offer', sdp, number);
const answer = (sdp: string, number?: number): Input => description('answer', sdp, number);
const candidate = (name: string): Input => ({ kind: 'candidate', candidate: name });
const localSet = (type: DescriptionType, sdp: string): Input => ({ kind: 'localDescriptionSet', type, sdp });
const remoteSet = (type: DescriptionType): Input => ({ kind: 'remoteDescriptionSet', type });

function description(type: DescriptionType, sdp: string, number: number | undefined): Input {
  return { kind: 'description', type, sdp, ...(number !== undefined && { number }) };
}

/** Outputs as words: the kind and whatever tells it from others. */
function words(machine: PolitePeer<string>, input: Input): string[] {
  return machine.step(input).map((output) => {
    const { kind, ...rest } = output;
    return [kind, ...Object.values(rest)].join(' ');
  });
}

/** Steps through inputs that lead somewhere, and returns the machine. */
function after(options: PolitePeerOptions<string>, ...inputs: readonly Input[]): PolitePeer<string> {
  const machine = new PolitePeer<string>(options);
  for (const input of inputs) machine.step(input);
  return machine;
}

/** Our offer `ours` waits for its answer. */
const offered = [needed, localSet('offer', 'ours')];
/** The other side offered `theirs`, and has our answer. */
const answered = [offer('theirs'), remoteSet('offer'), localSet('answer', 'our answer')];

describe('without glare', () => {
  test('[PP3, PP17] offering: one operation after the other', () => {
    const machine = new PolitePeer<string>(impolite);
    expect(words(machine, needed)).toEqual(['setLocalDescription']);
    expect(words(machine, localSet('offer', 'ours'))).toEqual(['sendDescription offer ours 1']);
    expect(machine.signalingState).toBe('haveLocalOffer');
    expect(words(machine, answer('theirs'))).toEqual(['setRemoteDescription answer theirs']);
    expect(words(machine, remoteSet('answer'))).toEqual([]);
    expect(machine.signalingState).toBe('stable');
    expect(words(machine, needed)).toEqual(['setLocalDescription']);
    expect(words(machine, localSet('offer', 'again'))).toEqual(['sendDescription offer again 2']);
  });

  test('[PP3, PP17] answering: one operation after the other', () => {
    const machine = new PolitePeer<string>(polite);
    expect(words(machine, offer('theirs'))).toEqual(['setRemoteDescription offer theirs']);
    expect(words(machine, remoteSet('offer'))).toEqual(['setLocalDescription']);
    expect(machine.signalingState).toBe('haveRemoteOffer');
    expect(words(machine, localSet('answer', 'ours'))).toEqual(['sendDescription answer ours 1']);
    expect(machine.signalingState).toBe('stable');
  });

  test('[PP4] negotiation needed meanwhile is begun once, when stable', () => {
    const machine = after(polite, offer('theirs'), needed, needed);
    expect(words(machine, remoteSet('offer'))).toEqual(['setLocalDescription']);
    const outputs = words(machine, localSet('answer', 'ours'));
    expect(outputs).toEqual(['sendDescription answer ours 1', 'setLocalDescription']);
    expect(words(machine, localSet('offer', 'next'))).toEqual(['sendDescription offer next 2']);
    machine.step(answer('fine'));
    expect(words(machine, remoteSet('answer'))).toEqual([]);
  });

  test('[PP4] negotiation needed while our offer waits is begun after its answer', () => {
    const machine = after(impolite, ...offered);
    expect(words(machine, needed)).toEqual([]);
    machine.step(answer('theirs'));
    expect(words(machine, remoteSet('answer'))).toEqual(['setLocalDescription']);
  });
});

describe('glare', () => {
  test('[PP5] the impolite side ignores the offer and goes on with its own', () => {
    const machine = after(impolite, ...offered);
    expect(words(machine, offer('theirs'))).toEqual(['offerIgnored glare']);
    expect(words(machine, answer('good'))).toEqual(['setRemoteDescription answer good']);
  });

  test('[PP6] the polite side takes the offer over its own, and answers', () => {
    const machine = after(polite, ...offered);
    expect(words(machine, offer('theirs'))).toEqual(['setRemoteDescription offer theirs']);
    expect(words(machine, remoteSet('offer'))).toEqual(['setLocalDescription']);
    expect(words(machine, localSet('answer', 'ours'))).toEqual(['sendDescription answer ours 2']);
    expect(machine.signalingState).toBe('stable');
  });

  test('[PP7] an offer that arrives while ours is being made is glare', () => {
    const machine = after(impolite, needed);
    expect(words(machine, offer('theirs'))).toEqual([]);
    const outputs = words(machine, localSet('offer', 'ours'));
    expect(outputs).toEqual(['sendDescription offer ours 1', 'offerIgnored glare']);
  });

  test('[PP7] an offer that arrives while an answer is being applied is not', () => {
    const machine = after(impolite, ...offered, answer('good'));
    expect(words(machine, offer('theirs'))).toEqual([]);
    expect(words(machine, remoteSet('answer'))).toEqual(['setRemoteDescription offer theirs']);
  });
});

describe('descriptions that come at odd times', () => {
  test('[PP8] an answer that nobody asked for is ignored', () => {
    expect(words(new PolitePeer<string>(polite), answer('what'))).toEqual(['answerIgnored unasked']);
    const machine = after(polite, ...offered, answer('good'), remoteSet('answer'));
    expect(words(machine, answer('again'))).toEqual(['answerIgnored unasked']);
  });

  test('[PP9] an offer that overtakes the answer before it waits for it, and is not taken for glare', () => {
    const machine = after(impolite, ...offered);
    expect(words(machine, offer('second', 2))).toEqual([]);
    expect(words(machine, answer('first', 1))).toEqual(['setRemoteDescription answer first']);
    expect(words(machine, remoteSet('answer'))).toEqual(['setRemoteDescription offer second']);
  });

  test('[PP9] what was taken or waits already is a repeat', () => {
    const machine = after(polite, offer('theirs', 1), remoteSet('offer'), localSet('answer', 'ours'));
    expect(words(machine, offer('theirs', 1))).toEqual(['offerIgnored repeated']);
    expect(words(machine, answer('later', 3))).toEqual([]);
    expect(words(machine, answer('later', 3))).toEqual(['answerIgnored repeated']);
    expect(words(machine, offer('never', 0))).toEqual(['offerIgnored repeated']);
  });

  test('[PP9] only a few wait for those before them', () => {
    const machine = new PolitePeer<string>(polite);
    expect(words(machine, offer('far', 9))).toEqual(['offerIgnored tooEarly']);
    expect(words(machine, answer('far', 9))).toEqual(['answerIgnored tooEarly']);
    expect(words(machine, answer('near', 8))).toEqual([]);
  });

  test('[PP10] of offers that wait, the newest remains; strays of the older are put down to it', () => {
    const machine = after(impolite, needed, offer('first'));
    expect(words(machine, offer('second'))).toEqual(['offerIgnored superseded']);
    const failed: Input = { kind: 'operationFailed', operation: 'addCandidate' };
    expect(words(machine, failed)).toEqual(['candidateDropped ignoredOffer']);
    expect(words(machine, localSet('offer', 'ours'))).toEqual([
      'sendDescription offer ours 1',
      'offerIgnored glare',
    ]);
  });

  test('[PP10] an answer and an offer wait side by side, and of answers the newest remains', () => {
    const machine = after(polite, ...offered, answer('good'), answer('odd'), offer('next'));
    expect(words(machine, answer('odder'))).toEqual(['answerIgnored superseded']);
    expect(words(machine, remoteSet('answer'))).toEqual(['setRemoteDescription offer next']);
    machine.step(remoteSet('offer'));
    const outputs = words(machine, localSet('answer', 'ours'));
    expect(outputs).toEqual(['sendDescription answer ours 2', 'answerIgnored unasked']);
  });
});

describe('candidates', () => {
  test('[PP11] they wait for the first description, and go before the answer is made', () => {
    const machine = new PolitePeer<string>(polite);
    expect(words(machine, candidate('a'))).toEqual([]);
    expect(words(machine, offer('theirs'))).toEqual(['setRemoteDescription offer theirs']);
    expect(words(machine, candidate('b'))).toEqual([]);
    expect(words(machine, remoteSet('offer'))).toEqual([
      'addCandidate a',
      'addCandidate b',
      'setLocalDescription',
    ]);
    expect(words(machine, candidate('c'))).toEqual([]);
    expect(words(machine, localSet('answer', 'ours'))).toEqual([
      'sendDescription answer ours 1',
      'addCandidate c',
    ]);
    expect(words(machine, candidate('d'))).toEqual(['addCandidate d']);
  });

  test('[PP11] while our offer waits, they wait for the answer they may belong to', () => {
    const machine = after(impolite, ...answered, needed, localSet('offer', 'next'));
    expect(words(machine, candidate('a'))).toEqual([]);
    machine.step(answer('good'));
    expect(words(machine, remoteSet('answer'))).toEqual(['addCandidate a']);
  });

  test('[PP12] they go to the description they belong to, whenever it comes', () => {
    const machine = after({ ...polite, ...telling }, ...answered);
    expect(words(machine, candidate('t2.a'))).toEqual([]);
    expect(words(machine, candidate('theirs.a'))).toEqual(['addCandidate theirs.a']);
    machine.step(offer('t2'));
    expect(words(machine, remoteSet('offer'))).toEqual(['addCandidate t2.a', 'setLocalDescription']);
    machine.step(localSet('answer', 'ours'));
    expect(words(machine, candidate('theirs.b'))).toEqual(['candidateDropped noDescription']);
  });

  test('[PP12] those of the ignored offer are dropped', () => {
    const machine = after({ ...impolite, ...telling }, ...offered, offer('glare'));
    for (const name of ['glare.a', 'good.a', 'glare.b']) machine.step(candidate(name));
    machine.step(answer('good'));
    expect(words(machine, remoteSet('answer'))).toEqual([
      'addCandidate good.a',
      'candidateDropped ignoredOffer',
      'candidateDropped ignoredOffer',
    ]);
    expect(words(machine, candidate('glare.c'))).toEqual(['candidateDropped ignoredOffer']);
  });

  test('[PP13] few wait, and the oldest gives way', () => {
    const machine = after({ ...polite, maxParkedCandidates: 2 }, candidate('a'), candidate('b'));
    expect(words(machine, candidate('c'))).toEqual(['candidateDropped parkedFull']);
    machine.step(offer('theirs'));
    expect(words(machine, remoteSet('offer'))).toEqual([
      'addCandidate b',
      'addCandidate c',
      'setLocalDescription',
    ]);
  });

  test('[PP13] 64 wait when nothing else is said', () => {
    const machine = after(polite, ...Array.from({ length: 64 }, (_, i) => candidate(`${i}`)));
    expect(words(machine, candidate('64'))).toEqual(['candidateDropped parkedFull']);
  });

  test('[PP14] one that fails is rejected, unless an offer was ignored', () => {
    const failed: Input = { kind: 'operationFailed', operation: 'addCandidate' };
    const machine = after(impolite, ...offered);
    expect(words(machine, failed)).toEqual(['candidateDropped rejected']);
    machine.step(offer('glare'));
    expect(words(machine, failed)).toEqual(['candidateDropped ignoredOffer']);
    for (const input of [answer('good'), remoteSet('answer')]) machine.step(input);
    expect(words(machine, failed)).toEqual(['candidateDropped ignoredOffer']);
    for (const input of answered) machine.step(input);
    expect(words(machine, failed)).toEqual(['candidateDropped rejected']);
  });
});

describe('failures', () => {
  test('[PP15] a description that cannot be set ends the machine', () => {
    const local = after(polite, needed);
    const localFailed: Input = { kind: 'operationFailed', operation: 'setLocalDescription' };
    expect(words(local, localFailed)).toEqual(['failed setLocalDescription']);
    const remote = after(polite, offer('bad'), needed, offer('better'));
    const remoteFailed: Input = { kind: 'operationFailed', operation: 'setRemoteDescription' };
    expect(words(remote, remoteFailed)).toEqual(['failed setRemoteDescription']);
    for (const machine of [local, remote]) {
      for (const input of [localFailed, remoteFailed, needed, offer('more'), candidate('a')]) {
        expect(words(machine, input)).toEqual([]);
      }
    }
  });

  test('[PP16] reports that fit no operation in flight change nothing', () => {
    const odd: readonly Input[] = [
      remoteSet('answer'),
      localSet('answer', 'odd'),
      { kind: 'operationFailed', operation: 'setRemoteDescription' },
    ];
    const stable = new PolitePeer<string>(polite);
    const making = after(polite, needed);
    for (const input of odd) {
      expect(words(stable, input)).toEqual([]);
      expect(words(making, input)).toEqual([]);
    }
    expect(words(making, localSet('offer', 'ours'))).toEqual(['sendDescription offer ours 1']);
    const setting = after(polite, offer('theirs'));
    for (const input of [remoteSet('answer'), localSet('answer', 'odd')]) {
      expect(words(setting, input)).toEqual([]);
    }
    expect(words(setting, remoteSet('offer'))).toEqual(['setLocalDescription']);
  });

  test('[PP18] impossible options and numbers throw', () => {
    for (const maxParkedCandidates of [0, 1.5, Number.NaN]) {
      expect(() => new PolitePeer<string>({ polite: true, maxParkedCandidates })).toThrow(RangeError);
    }
    for (const number of [1.5, Number.NaN]) {
      expect(() => new PolitePeer<string>(polite).step(offer('odd', number))).toThrow(RangeError);
    }
  });
});

test('[PP14] a stray that waited is known as one also when the next offer came right behind the answer', () => {
  const machine = new PolitePeer<string>({ polite: false });
  machine.step({ kind: 'negotiationNeeded' });
  machine.step({ kind: 'localDescriptionSet', type: 'offer', sdp: 'I1' });
  expect(machine.step({ kind: 'description', type: 'offer', sdp: 'P1' })).toMatchObject([
    { reason: 'glare' },
  ]);
  machine.step({ kind: 'candidate', candidate: 'of P1' });
  machine.step({ kind: 'description', type: 'answer', sdp: 'P2' });
  machine.step({ kind: 'description', type: 'offer', sdp: 'P3' });
  const outputs = machine.step({ kind: 'remoteDescriptionSet', type: 'answer' });
  expect(outputs.map(({ kind }) => kind)).toEqual(['addCandidate', 'setRemoteDescription']);
  expect(machine.step({ kind: 'operationFailed', operation: 'addCandidate' })).toEqual([
    { kind: 'candidateDropped', reason: 'ignoredOffer' },
  ]);
});
