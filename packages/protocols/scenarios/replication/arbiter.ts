/** Who is primary and who is in sync: one register that does one thing after the other, as the cluster's directory does. */
export interface Granted {
  /** Rises with every change: a request about an older one comes to nothing. */
  readonly version: number;
  readonly epoch: number;
  readonly primary: string;
  readonly inSync: readonly string[];
}

export type ArbiterAsked =
  | { readonly kind: 'look' }
  /** Make me primary. */
  | { readonly kind: 'claim'; readonly version: number }
  /** Of the primary: this node is in sync from now on, or not any more. */
  | { readonly kind: 'drop' | 'add'; readonly version: number; readonly node: string };

export class Arbiter {
  granted: Granted;

  constructor(nodes: readonly string[]) {
    this.granted = { version: 0, epoch: 0, primary: '', inSync: nodes };
  }

  asked(from: string, asked: ArbiterAsked): Granted {
    const { version, epoch, primary, inSync } = this.granted;
    if (asked.kind === 'look' || asked.version !== version) return this.granted;
    if (asked.kind === 'claim') {
      if (inSync.includes(from))
        this.granted = { version: version + 1, epoch: epoch + 1, primary: from, inSync };
    } else if (from === primary && asked.node !== primary) {
      const others = inSync.filter((each) => each !== asked.node);
      const after = asked.kind === 'add' ? [...others, asked.node].sort() : others;
      this.granted = { version: version + 1, epoch, primary, inSync: after };
    }
    return this.granted;
  }
}

export function grantWords({ epoch, primary, inSync }: Granted): string {
  return `${primary} is primary of epoch ${epoch}, in sync are ${inSync.join(', ')}`;
}
