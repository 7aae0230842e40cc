/**
 * What a link between two pages costs at the very least: two RTCPeerConnections that were made ahead, one offer and
 * one answer through the node's broker, nothing signed, nothing checked, nothing kept.
 */
import { createIdentity, makeProof } from '@bothy/identity';
import { deviceKey, topics } from '@bothy/wire';
import mqtt, { type MqttClient } from 'mqtt';
import { confirmation, type DialTimes, dialAndSend, inTime, messageText } from './first-message.ts';

interface Made {
  readonly connection: RTCPeerConnection;
  readonly channel: RTCDataChannel;
}

let client: MqttClient | undefined;
let made: Made | undefined;
/** The other side; only the far one needs its name before a message comes. */
let other = '';

function current(): Made {
  if (made === undefined) throw new Error('prepare first');
  return made;
}

async function say(topic: 'offer' | 'answer', sdp: string | undefined): Promise<void> {
  await client?.publishAsync(topics.signalling(other, topic), sdp ?? '', { qos: 1 });
}

async function heard(topic: string, sdp: string): Promise<void> {
  const { connection } = current();
  if (topic.endsWith('/offer')) {
    await connection.setRemoteDescription({ type: 'offer', sdp });
    await connection.setLocalDescription();
    await say('answer', connection.localDescription?.sdp);
  } else if (topic.endsWith('/answer')) {
    await connection.setRemoteDescription({ type: 'answer', sdp });
  }
}

export const signalledPair = {
  /** Signs in at the node and waits for signals. */
  async connect(name: string, otherName: string, at: { readonly url: string; readonly audience: string }) {
    const identity = await createIdentity({ name, issuedAt: Date.now() });
    const password = await makeProof({ identity, audience: at.audience, now: Date.now() });
    other = otherName;
    client = mqtt.connect(at.url, {
      protocolVersion: 4,
      clean: false,
      clientId: deviceKey(identity),
      username: name,
      password,
    });
    client.on('message', (topic, payload) => void heard(topic, new TextDecoder().decode(payload)));
    await inTime('the broker answers', new Promise((resolve) => client?.once('connect', resolve)));
    await client.subscribeAsync(topics.allOf(name), { qos: 1 });
  },
  /** Makes a connection ahead; with its offer and candidates on the side that will dial. */
  async prepare(side: 'dials' | 'answers'): Promise<void> {
    made?.connection.close();
    const connection = new RTCPeerConnection();
    const channel = connection.createDataChannel('bench', { negotiated: true, id: 1 });
    made = { connection, channel };
    channel.onmessage = () => channel.send(confirmation);
    if (side === 'answers') return;
    const gathered = Promise.withResolvers<void>();
    connection.onicegatheringstatechange = () => {
      if (connection.iceGatheringState === 'complete') gathered.resolve();
    };
    await connection.setLocalDescription();
    await inTime('candidates are gathered', gathered.promise);
  },
  async dial(): Promise<DialTimes> {
    const { connection, channel } = current();
    const opened = Promise.withResolvers<unknown>();
    const confirmed = Promise.withResolvers<unknown>();
    channel.onopen = opened.resolve;
    channel.onmessage = confirmed.resolve;
    const clickedMs = performance.now();
    void say('offer', connection.localDescription?.sdp);
    const send = (): void => channel.send(messageText);
    return dialAndSend({ open: opened.promise, confirmed: confirmed.promise, send, clickedMs });
  },
};
