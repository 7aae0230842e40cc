/** Every RTCPeerConnection that this page makes, kept so that a test can count them. */

export interface RecordedConnection {
  readonly connection: RTCPeerConnection;
  channel: RTCDataChannel | undefined;
  /** Whether an offer of ours was applied to it. */
  offered: boolean;
  everConnected: boolean;
}

const recorded: RecordedConnection[] = [];

export function connections(): readonly RecordedConnection[] {
  return recorded;
}

/** From now on; what was made before is not seen. */
export function recordConnections(): void {
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    readonly #record: RecordedConnection;

    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      this.#record = { connection: this, channel: undefined, offered: false, everConnected: false };
      recorded.push(this.#record);
      this.addEventListener('signalingstatechange', () => {
        if (this.signalingState === 'have-local-offer') this.#record.offered = true;
      });
      this.addEventListener('connectionstatechange', () => {
        if (this.connectionState === 'connected') this.#record.everConnected = true;
      });
    }

    override createDataChannel(label: string, options?: RTCDataChannelInit): RTCDataChannel {
      const channel = super.createDataChannel(label, options);
      this.#record.channel = channel;
      return channel;
    }
  };
}
