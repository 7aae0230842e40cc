/** Who uses a simulated client, and how what they want is named. */
import type { ClientCommand } from '@bothy/rooms/client-core';
import type { Author, RoomCommand } from '@bothy/wire';

/** A guest by name, or an id as keys have them: 32 letters of base32. */
export function personOf(name: string): Author {
  if (name.endsWith('-guest')) return `guest:${name}`;
  return name.replaceAll(/\d/g, (digit) => 'abcdefghij'[Number(digit)] ?? '').padEnd(32, 'p');
}

export function keyOf(command: RoomCommand): string {
  return 'messageId' in command ? command.messageId : 'requestId' in command ? command.requestId : '';
}

/** Whom it is about is named once; nodes know people's names. */
export function clientCommand(command: RoomCommand): ClientCommand {
  if (command.kind !== 'invite') return command as ClientCommand;
  const { personName: _name, ...rest } = command;
  return rest;
}
