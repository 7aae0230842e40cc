/** What a host asks of the leader, and what it hears elsewhere. */
import type { Leadership } from './leadership.ts';
import type { MemberState } from './member-state.ts';
import type { RaftInput } from './raft-messages.ts';

export type Request<Command, State> = Extract<
  RaftInput<Command, State>,
  { kind: 'propose' | 'read' | 'change' | 'transfer' }
>;

export function requestOf<Command, State>(
  leadership: Leadership<Command, State>,
  request: Request<Command, State>,
): void {
  switch (request.kind) {
    case 'propose':
      return leadership.propose(request.id, request.command);
    case 'read':
      return leadership.read(request.id, request.mode);
    case 'change':
      return leadership.change(request.id, request.voters, request.learners);
    case 'transfer':
      return leadership.transfer(request.id, request.to);
  }
}

/** This member does not lead; the answer says who does, if that is known. */
export function refuseRequest<Command, State>(
  { outputs, leader }: MemberState<Command, State>,
  { kind, id }: Request<Command, State>,
): void {
  const refusal = 'notLeader';
  if (kind === 'transfer') {
    outputs.push({ kind: 'transferred', id, result: { ok: false, refusal } });
    return;
  }
  const answer = kind === 'read' ? 'readable' : 'proposed';
  outputs.push({ kind: answer, id, result: { ok: false, refusal, leader } });
}
