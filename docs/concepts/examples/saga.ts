/** A person is removed in four steps; one is refused for good, one is taken to its end over a crash. */
import { Saga, type SagaOutput, type SagaRecord, type SagaStep, seededRandom } from '@bothy/protocols';

const steps: readonly SagaStep[] = [
  { name: 'name', kind: 'compensatable' },
  { name: 'rooms', kind: 'compensatable' },
  { name: 'mailbox', kind: 'pivot' },
];
const newSaga = (): Saga =>
  new Saga({ againMs: 1_000, againMaxMs: 60_000, maxOpen: 10, maxRemembered: 100 }, seededRandom('saga'));

let saga = newSaga();
const disk = new Map<string, SagaRecord>();
/** The step at which the next run ends in a power cut, or is refused. */
let fate: { readonly step: string; readonly kind: 'crash' | 'refused' } | undefined;

function act(outputs: readonly SagaOutput[]): void {
  for (const output of outputs) {
    if (output.kind === 'persist') disk.set(output.record.saga, output.record);
    if (output.kind === 'ended') console.log(`  ${output.record.subject}: ${output.record.state}`);
    if (output.kind !== 'carryOut' && output.kind !== 'undo') continue;
    const { kind, saga: id, step } = output;
    const isFated = kind === 'carryOut' && fate?.step === step;
    console.log(`  ${kind === 'carryOut' ? 'do' : 'undo'} ${step}${isFated ? `: ${fate?.kind}` : ''}`);
    if (isFated && fate?.kind === 'crash') return;
    act(saga.stepEnded(kind, id, step, isFated ? 'failed' : 'done', isFated ? 'not allowed' : undefined));
  }
}

function begin(id: string, subject: string): void {
  const outputs: SagaOutput[] = [];
  saga.begin(outputs, id, subject, steps);
  act(outputs);
}

console.log('ana: the rooms refuse');
fate = { step: 'rooms', kind: 'refused' };
begin('s1', 'ana');

console.log('ben: the power goes while his rooms are left');
fate = { step: 'rooms', kind: 'crash' };
begin('s2', 'ben');

console.log('and is back');
fate = undefined;
saga = newSaga();
act(saga.recover([...disk.values()]));
