/** Notes what was asked of a room and what was answered, for the checker of linearizability. */
import type { ErrorCode, RoomActor, RoomCommand } from '@bothy/wire';
import type { History } from './history.ts';

type Data = Readonly<Record<string, unknown>>;
interface Answer {
  readonly result?: Data;
  readonly error?: { readonly data: { readonly code: string } };
}

/** Call what it answers with once an answer is there; none comes when the connection ends first. */
export function recordCall(
  { rooms }: History,
  name: string,
  method: string,
  params: Data,
): (answer: Answer) => void {
  const [area, kind] = method.split('.');
  const { room } = params;
  if (area !== 'room' || typeof room !== 'string') return () => {};
  const actor: RoomActor = { person: `guest:${name}`, name, verified: false, operator: false };
  // It is the program's own, as the protocol has it.
  const command = { kind, ...params } as RoomCommand;
  rooms.asked(actor, command);
  return ({ result, error }) => {
    if (error !== undefined) return rooms.refused(actor, command, error.data.code as ErrorCode);
    const seq = Number(result?.seq);
    if (kind === 'send') rooms.answered(actor, room, String(params.messageId), seq);
    else if (seq > 0) rooms.answered(actor, room, String(params.requestId), seq);
    // Where the administrator is away, a copy answers with what it has.
    const isSure = (result?.room as Data | undefined)?.state === 'available';
    if (kind === 'join' && isSure) rooms.joined(actor, command);
    if (kind === 'delete' && result?.outcome === 'committed') rooms.deleted(actor, room);
  };
}
