/** Every RTCPeerConnection that this page makes, kept so that a test can count them. */

export interface RecordedConnection {
  readonly connection: RTCPeerConnection;
  channel: RTCDataChannel | undefined;
  /** Whether an offer of ours was applied to it. */
  offered: boolean;
  /** Whether it heard of another side: a spare one has not. */
  negotiated: boolean;
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
      const nothing = { channel: undefined, offered: false, negotiated: false, everConnected: false };
      this.#record = { connection: this, ...nothing };
      recorded.push(this.#record);
      this.addEventListener('signalingstatechange', () => {
        if (this.signalingState === 'have-local-offer') this.#record.offered = true;
      });
      this.addEventListener('connectionstatechange', () => {
        if (this.connectionState === 'connected') this.#record.everConnected = true;
      });
    }

    override async setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
      this.#record.negotiated = true;
      return super.setRemoteDescription(description);
    }

    override createDataChannel(label: string, options?: RTCDataChannelInit): RTCDataChannel {
      const channel = super.createDataChannel(label, options);
      this.#record.channel = channel;
      return channel;
    }
  };
}
