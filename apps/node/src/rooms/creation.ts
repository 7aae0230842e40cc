/**
 * What the id of a room begins with: a hash of who makes it and of their request, so that every node that is asked
 * again knows the room when it sees it, and nobody else can tell who made it, or make another with those letters.
 */
import { createHash } from 'node:crypto';
import type { RoomsInput } from '@bothy/rooms/core';
import { toBase32 } from '@bothy/wire';

/** 10 bytes are 16 letters: 80 bits. */
const bytes = 10;

export function creationOf(person: string, requestId: string): string {
  // Neither part has a space in it.
  const hash = createHash('sha256').update(`bothy room creation\n${person} ${requestId}`).digest();
  return toBase32(hash.subarray(0, bytes));
}

export function withCreation(input: RoomsInput): RoomsInput {
  if (input.kind !== 'command' || input.command.kind !== 'create') return input;
  return { ...input, creation: creationOf(input.actor.person, input.command.requestId) };
}
