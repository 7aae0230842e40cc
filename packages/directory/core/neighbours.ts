/** Who is linked, and how the directory of each stands as it last said. */
import type { DirectoryAbout, NodeId } from '@bothy/wire';
import { timing } from './config.ts';
import type { Replica } from './replica.ts';
import type { Step } from './step.ts';

interface Neighbour {
  about: DirectoryAbout | undefined;
  /** Since when it says that it is in the directory that it says it is in. */
  sinceMs: number;
}

export class Neighbours {
  readonly #linked = new Map<NodeId, Neighbour>();
  #told = '';
  #toldMs = 0;

  has(node: NodeId): boolean {
    return this.#linked.has(node);
  }

  /** In order of their ids, so that nothing depends on who came first. */
  get all(): readonly NodeId[] {
    return [...this.#linked.keys()].sort();
  }

  aboutOf(node: NodeId): DirectoryAbout | undefined {
    return this.#linked.get(node)?.about;
  }

  /** It has said so for this long. */
  directoryForMs(node: NodeId, nowMs: number): number {
    return nowMs - (this.#linked.get(node)?.sinceMs ?? nowMs);
  }

  /** One of this directory whose version cannot read what takes such a level. */
  behind(level: number, directory: string): NodeId | undefined {
    if (level === 0) return undefined;
    return this.all.find((node) => {
      const about = this.aboutOf(node);
      return about?.directory === directory && about.level < level;
    });
  }

  linkUp(step: Step, node: NodeId, { about }: Replica): void {
    this.#linked.set(node, { about: undefined, sinceMs: step.now.monoMs });
    step.send(node, { kind: 'about', about });
  }

  linkDown(node: NodeId): void {
    this.#linked.delete(node);
  }

  /** False when there is no link that it could have come over. */
  heard(step: Step, node: NodeId, about: DirectoryAbout): boolean {
    const known = this.#linked.get(node);
    if (known === undefined) return false;
    if (known.about?.directory !== about.directory) known.sinceMs = step.now.monoMs;
    known.about = about;
    return true;
  }

  /** Everybody, when it is something else than they were told, and now and then. */
  tell(step: Step, { about }: Replica): void {
    const text = JSON.stringify(about);
    const { monoMs } = step.now;
    if (text === this.#told && monoMs - this.#toldMs < timing.tellAgainMs) return;
    this.#told = text;
    this.#toldMs = monoMs;
    for (const node of this.all) step.send(node, { kind: 'about', about });
  }
}
