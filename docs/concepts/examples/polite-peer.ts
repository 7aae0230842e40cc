/** Ana and Ben dial each other at the same moment. Their connections are played by a few lines. */
import { PolitePeer, type PolitePeerInput } from '@bothy/protocols';

const machines = {
  ana: new PolitePeer<string>({ polite: true }),
  ben: new PolitePeer<string>({ polite: false }),
};
type Who = keyof typeof machines;

const waiting: { readonly who: Who; readonly input: PolitePeerInput<string> }[] = [
  { who: 'ana', input: { kind: 'negotiationNeeded' } },
  { who: 'ben', input: { kind: 'negotiationNeeded' } },
];
for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
  const { who } = next;
  const other = who === 'ana' ? 'ben' : 'ana';
  for (const output of machines[who].step(next.input)) {
    switch (output.kind) {
      case 'setLocalDescription': {
        const type = machines[who].signalingState === 'haveRemoteOffer' ? 'answer' : 'offer';
        waiting.push({ who, input: { kind: 'localDescriptionSet', type, sdp: `${who}'s ${type}` } });
        break;
      }
      case 'setRemoteDescription':
        console.log(`${who} takes ${output.sdp}`);
        waiting.push({ who, input: { kind: 'remoteDescriptionSet', type: output.type } });
        break;
      case 'sendDescription':
        console.log(`${who} sends ${output.sdp}`);
        waiting.push({ who: other, input: { ...output, kind: 'description' } });
        break;
      case 'offerIgnored':
        console.log(`${who} ignores an offer (${output.reason})`);
    }
  }
}
console.log(`ana: ${machines.ana.signalingState}, ben: ${machines.ben.signalingState}`);
