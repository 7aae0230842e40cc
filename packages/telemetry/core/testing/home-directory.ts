/** Homes of edges as the directory of a cluster has them, for tests of who asks it. */
import type { DirectoryResult, EdgeHome } from '@bothy/wire';
import type { HomeCommand } from '../home/messages.ts';

export function homeOf(edge: string, home: string, epoch = 1, claimedMs = 1_000): EdgeHome {
  return { v: 1, edge, home, epoch, claimedMs };
}

/** As the directory of a cluster does it. */
export class Directory {
  readonly homes = new Map<string, EdgeHome>();

  do(command: HomeCommand): DirectoryResult {
    const known = this.homes.get(command.edge) ?? null;
    switch (command.kind) {
      case 'forgetHome':
        this.homes.delete(command.edge);
        return { kind: 'done' };
      case 'claimHome':
        return {
          kind: 'home',
          home: known ?? this.#put(homeOf(command.edge, command.node, 1, command.atMs)),
        };
      case 'moveHome':
        if (known === null || known.home === command.to) return { kind: 'home', home: known };
        if (known.epoch !== command.epoch) return { kind: 'homeMoved', home: known };
        return {
          kind: 'home',
          home: this.#put(homeOf(command.edge, command.to, known.epoch + 1, command.atMs)),
        };
    }
  }

  #put(home: EdgeHome): EdgeHome {
    this.homes.set(home.edge, home);
    return home;
  }
}
