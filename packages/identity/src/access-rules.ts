/**
 * Who may publish and subscribe to what (design, section 5). Pure. Denied means
 * a sentence, and a line in the log of whoever asked.
 */
import {
  type DeviceId,
  type Name,
  namePattern,
  type PersonId,
  parseTelemetryTopic,
  parseUserTopic,
} from '@bothy/wire';

export type Principal =
  | { readonly kind: 'person'; readonly name: Name; readonly person: PersonId; readonly device: DeviceId }
  | { readonly kind: 'operator'; readonly name: Name; readonly person: PersonId; readonly device: DeviceId }
  | { readonly kind: 'edge'; readonly id: string }
  /** `local` when it can only be a program on the node's own machine. */
  | { readonly kind: 'guest'; readonly local: boolean };

export type Access = { readonly allowed: true } | { readonly allowed: false; readonly reason: string };

const allowed: Access = { allowed: true };
const denied = (reason: string): Access => ({ allowed: false, reason });

export interface AccessContext {
  /** Ids of enrolled edges, as which a guest may not speak. @default none */
  readonly isEnrolledEdge?: (id: string) => boolean;
  /** Whether a topic is of a format of devices that is switched on. @default none is */
  readonly isDeviceTopic?: ((topic: string) => boolean) | undefined;
  /** Why what is published is not theirs to say, by its payload. @default payloads are not looked at */
  readonly speaksForAnother?: (who: Principal, topic: string, payload: Uint8Array) => string | undefined;
}

/** Whether a topic may be published to. Topics with wildcards are no topics. */
export function canPublish(who: Principal, topic: string, context: AccessContext = {}): Access {
  if (topic === '' || /[#+\0]/.test(topic)) return denied('A topic to publish to holds no wildcard.');
  const [root, second = ''] = topic.split('/');
  if (root === 'user') return canPublishToUser(who, topic);
  if (root === 'env' && second !== '') {
    return who.kind === 'edge' || who.kind === 'guest' ? allowed : denied('Readings come from edges.');
  }
  if (root === 'edge' && second !== '') return canPublishToEdge(who, topic, second, context);
  const isDevice = (who.kind === 'edge' || who.kind === 'guest') && context.isDeviceTopic?.(topic) === true;
  return isDevice ? allowed : denied('Nobody publishes there.');
}

/**
 * Whether a message on this topic may be retained: what describes a state may,
 * what happened once may not, for it would reach everyone who comes later.
 */
export function mayRetain(topic: string, { isDeviceTopic }: AccessContext = {}): boolean {
  const isState = parseUserTopic(topic)?.kind === 'presence' || topic.startsWith('edge/');
  // Devices announce themselves that way, and say so whether they are there.
  return isState || isDeviceTopic?.(topic) === true;
}

/** Whether a topic filter may be subscribed to: every topic that it matches must be theirs to read. */
export function canSubscribe(who: Principal, filter: string, context: AccessContext = {}): Access {
  if (!isFilter(filter)) return denied('The topic filter is not well formed.');
  const levels = filter.split('/');
  const [root = '', second = ''] = levels;
  if (root === 'user') return canSubscribeToUser(who, levels);
  if (who.kind === 'edge') {
    const own = filter === `edge/${who.id}/control`;
    return own ? allowed : denied('An edge reads its own commands only.');
  }
  if (root === 'env') return allowed;
  if (root === 'edge') return who.kind === 'person' ? denied('Operators see the state of edges.') : allowed;
  if (root === '$SYS' && second !== '') {
    // It names who is connected and what they follow.
    const may = who.kind === 'operator' || (who.kind === 'guest' && who.local);
    return may ? allowed : denied('Operators see the statistics of the broker.');
  }
  // Whoever reads and commands devices of another format, such as Home Assistant.
  const isDevice = who.kind === 'guest' && context.isDeviceTopic !== undefined && /^[^$+#]/.test(root);
  return isDevice ? allowed : denied('Nobody subscribes there.');
}

/** MQTT 3.1.1, section 4.7.1: a wildcard stands alone in its level, and `#` in the last one only. */
function isFilter(filter: string): boolean {
  return filter !== '' && !filter.includes('\0') && !/[^/][#+]|[#+][^/]|#\//.test(filter);
}

function canPublishToEdge(who: Principal, topic: string, id: string, context: AccessContext): Access {
  const kind = parseTelemetryTopic(topic)?.kind;
  if (kind === 'home' || kind === 'alarms' || kind === 'enrolment') {
    return denied('Nodes say who keeps an edge, whether it is enrolled, and its alarms.');
  }
  if (who.kind === 'edge') {
    const own = topic === `edge/${who.id}/status`;
    return own ? allowed : denied('An edge publishes its own status only.');
  }
  if (who.kind === 'guest') {
    const enrolled = context.isEnrolledEdge?.(id) ?? false;
    return enrolled ? denied(`The edge ${id} is enrolled: only it may speak as itself.`) : allowed;
  }
  const command = who.kind === 'operator' && topic === `edge/${id}/control`;
  return command ? allowed : denied('Operators control edges.');
}

function canPublishToUser(who: Principal, topic: string): Access {
  if (who.kind !== 'person' && who.kind !== 'operator')
    return denied('Only signed-in people signal each other.');
  const parsed = parseUserTopic(topic);
  if (parsed === undefined) return denied('There is no such topic below user/.');
  if (parsed.kind === 'signalling') return allowed;
  const own = parsed.name === who.name && parsed.device === who.device;
  return own ? allowed : denied('A device publishes its own presence only.');
}

function canSubscribeToUser(who: Principal, levels: readonly string[]): Access {
  if (who.kind !== 'person' && who.kind !== 'operator')
    return denied('Only signed-in people signal each other.');
  const [, name = '', part, ...rest] = levels;
  if (!namePattern.test(name)) return denied('Name the person: no wildcard over people.');
  if (name === who.name) return allowed;
  // `presence/#` also matches the documents' plain topic; `presence/+` does not, and is as harmless.
  const presence = part === 'presence' && rest.length <= 1;
  return presence ? allowed : denied('Of other people only the presence can be seen.');
}
