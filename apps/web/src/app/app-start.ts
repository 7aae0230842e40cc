/**
 * From an empty page to a running session:
 *
 *   loading ──no identity──▶ firstStart ──name chosen──▶ loading
 *      ├──▶ running
 *      └──▶ failed ──try again──▶ loading
 */
import { createIdentity, type LocalIdentity, readKeyFile } from '@bothy/identity';
import { browserIdentityStore, type PeerSession, startPeerSession } from '@bothy/peer/drivers/browser';
import { BothyError, type Name } from '@bothy/wire';
import { ChatNode } from '../node/chat-node.ts';
import { readKnownNodes } from '../node/known-nodes.ts';
import { nodeAddress } from '../node/node-client.ts';
import { signIn } from '../node/sign-in.ts';
import { keepStorage } from '../offline/keep-offline.ts';
import { invitationOf } from '../welcome/invitation.ts';

export type StartState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'firstStart'; readonly invited: boolean }
  | { readonly kind: 'failed'; readonly error: BothyError }
  | { readonly kind: 'running'; readonly session: PeerSession };

export class AppStart {
  readonly #store = browserIdentityStore();
  readonly #listeners = new Set<() => void>();
  #state: StartState = { kind: 'loading' };
  /** Made for a name and not yet kept: a second try with this name claims it with the same key. */
  #prepared: LocalIdentity | undefined;

  readonly state = (): StartState => this.#state;

  readonly subscribe = (changed: () => void): (() => void) => {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  };

  /** Starts, or starts again after a failure. */
  readonly begin = async (): Promise<void> => {
    this.#enter({ kind: 'loading' });
    try {
      requireKeys();
      const identity = await this.#store.load();
      const invited = invitationOf(location.hash) !== undefined;
      if (identity === undefined) this.#enter({ kind: 'firstStart', invited });
      else await this.#run(identity);
    } catch (thrown) {
      this.#enter({ kind: 'failed', error: BothyError.from(thrown) });
    }
  };

  /**
   * Makes an identity with this name, claims the name at the node, keeps the
   * identity, and starts. Returns why that was not possible, else undefined.
   */
  readonly choose = (name: Name): Promise<BothyError | undefined> => this.#enterAs(() => this.#prepare(name));

  /** As `choose`, with a new device of the person whose key file this is. */
  readonly openKey = (file: string, passphrase: string): Promise<BothyError | undefined> =>
    this.#enterAs(async () =>
      createIdentity({ ...(await readKeyFile(file, passphrase)), issuedAt: Date.now() }),
    );

  async #enterAs(make: () => Promise<LocalIdentity>): Promise<BothyError | undefined> {
    try {
      const identity = await make();
      await signIn(identity, invitationOf(location.hash));
      await this.#store.save(identity);
      keepStorage();
    } catch (thrown) {
      return BothyError.from(thrown);
    }
    await this.begin();
    return undefined;
  }

  async #prepare(name: Name): Promise<LocalIdentity> {
    if (this.#prepared?.name !== name) this.#prepared = await createIdentity({ name, issuedAt: Date.now() });
    return this.#prepared;
  }

  async #run(identity: LocalIdentity): Promise<void> {
    const { brokerUrl, audience } = new ChatNode(
      nodeAddress(location),
      () => readKnownNodes(() => localStorage),
      () => performance.now(),
    );
    const session = await startPeerSession({ identity, identities: this.#store, brokerUrl, audience });
    this.#enter({ kind: 'running', session });
  }

  #enter(state: StartState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** Said before anything is asked of a person that could not be kept. */
function requireKeys(): void {
  if (globalThis.isSecureContext && globalThis.crypto?.subtle !== undefined) return;
  throw new BothyError(
    'configuration_invalid',
    'Browsers give keys and storage only to pages from https or from localhost.',
  );
}
