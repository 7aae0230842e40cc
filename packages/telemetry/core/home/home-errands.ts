/** What the directory is asked about homes until it has answered: a few at a time, and again after a while. */
import type { EdgeId } from '@bothy/wire';
import type { HomeCommand } from './messages.ts';

export interface HomeErrand {
  /** `claim`: the edge gets this home. `check`: what is its home? `forget`: it has none any more. */
  readonly kind: 'claim' | 'check' | 'forget';
  readonly edge: EdgeId;
  readonly command: HomeCommand;
}

interface Standing extends HomeErrand {
  isAsked: boolean;
}

/** Asked at the same time; all edges are asked about when the directory knows none of them. */
const mostAsked = 32;
const kinds = ['forget', 'claim', 'check'] as const;

export class HomeErrands {
  readonly #errands = new Map<string, Standing>();
  #asked = 0;
  /** It did not answer just now. */
  isPaused = false;

  has(kind: HomeErrand['kind'], edge: EdgeId): boolean {
    return this.#errands.has(`${kind} ${edge}`);
  }

  /** Edges that wait for a first home, or a last one. */
  get size(): number {
    return this.#errands.size;
  }

  add(errand: HomeErrand): void {
    const key = `${errand.kind} ${errand.edge}`;
    if (!this.#errands.has(key)) this.#errands.set(key, { ...errand, isAsked: false });
  }

  remove(kind: HomeErrand['kind'], edge: EdgeId): void {
    this.#errands.delete(`${kind} ${edge}`);
  }

  /** It is known now what the home of this edge is. */
  settle(edge: EdgeId): void {
    this.remove('claim', edge);
    this.remove('check', edge);
  }

  /** What is to be asked now, under these ids. An edge that is forgotten is claimed again after that. */
  next(): readonly { readonly id: string; readonly command: HomeCommand }[] {
    if (this.isPaused) return [];
    const asked: { readonly id: string; readonly command: HomeCommand }[] = [];
    for (const [id, errand] of this.#errands) {
      if (this.#asked >= mostAsked) break;
      if (errand.isAsked || (errand.kind !== 'forget' && this.has('forget', errand.edge))) continue;
      errand.isAsked = true;
      this.#asked += 1;
      asked.push({ id, command: errand.command });
    }
    return asked;
  }

  /** Undefined when it is no errand, or none any more. */
  answered(id: string): HomeErrand | undefined {
    if (!kinds.some((kind) => id.startsWith(`${kind} `))) return undefined;
    this.#asked -= 1;
    const errand = this.#errands.get(id);
    if (errand !== undefined) errand.isAsked = false;
    return errand;
  }
}
