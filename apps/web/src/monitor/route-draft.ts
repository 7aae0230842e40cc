/** A route as it stands in a form, all text and ticks; and what it is as a route. */
import { spanOfWeekWords, spanWords } from '@bothy/telemetry/views';
import {
  type AlarmRoute,
  type AlarmTarget,
  type Severity,
  severities,
  type WeekSpan,
  weekdays,
} from '@bothy/wire';
import { parseAlarmRoute } from '@bothy/wire/schemas';

export interface RouteDraft {
  readonly name: string;
  readonly kind: AlarmTarget['kind'];
  readonly room: string;
  readonly person: string;
  readonly url: string;
  readonly secret: string;
  /** Separated by commas or spaces, as the patterns. */
  readonly mail: string;
  readonly severities: readonly Severity[];
  readonly edges: string;
  readonly sensors: string;
  readonly rules: string;
  readonly tellsEnd: boolean;
  readonly afterMs: number;
  /** 0: told once. */
  readonly repeatMs: number;
  readonly isQuiet: boolean;
  readonly quiet: WeekSpan;
  readonly quietDanger: boolean;
}

export const emptyDraft: RouteDraft = {
  name: '',
  kind: 'room',
  room: '',
  person: '',
  url: '',
  secret: '',
  mail: '',
  severities: ['warning', 'danger'],
  edges: '',
  sensors: '',
  rules: '',
  tellsEnd: true,
  afterMs: 0,
  repeatMs: 0,
  isQuiet: false,
  quiet: { days: weekdays, from: '22:00', to: '06:00' },
  quietDanger: false,
};

export function draftOf(route: AlarmRoute): RouteDraft {
  const { to, quiet } = route;
  return {
    ...emptyDraft,
    name: route.name,
    kind: to.kind,
    room: to.kind === 'room' ? to.room : '',
    person: to.kind === 'person' ? to.name : '',
    url: to.kind === 'webhook' ? to.url : '',
    secret: to.kind === 'webhook' ? (to.secret ?? '') : '',
    mail: to.kind === 'email' ? to.to.join(', ') : '',
    severities: route.severities ?? severities,
    edges: (route.edges ?? []).join(', '),
    sensors: (route.sensors ?? []).join(', '),
    rules: (route.rules ?? []).join(', '),
    tellsEnd: route.tellsEnd ?? true,
    afterMs: route.afterMs ?? 0,
    repeatMs: route.repeatMs ?? 0,
    isQuiet: quiet !== undefined,
    quiet: quiet ?? emptyDraft.quiet,
    quietDanger: route.quietDanger ?? false,
  };
}

export type DraftCheck =
  | { readonly ok: true; readonly route: AlarmRoute }
  | { readonly ok: false; readonly sentence: string };

/** What is as usual is left out, so that a later version may change what is usual. */
export function routeOf(draft: RouteDraft): DraftCheck {
  const listed = (key: 'edges' | 'sensors' | 'rules') => {
    const list = words(draft[key]);
    return list.length === 0 ? {} : { [key]: list };
  };
  if (draft.severities.length === 0) return { ok: false, sentence: 'Choose at least one severity.' };
  const isAll = draft.severities.length === severities.length;
  const parsed = parseAlarmRoute({
    name: draft.name.trim(),
    to: targetOf(draft),
    ...(isAll ? {} : { severities: severities.filter((each) => draft.severities.includes(each)) }),
    ...listed('edges'),
    ...listed('sensors'),
    ...listed('rules'),
    ...(draft.tellsEnd ? {} : { tellsEnd: false }),
    ...(draft.afterMs === 0 ? {} : { afterMs: draft.afterMs }),
    ...(draft.repeatMs === 0 ? {} : { repeatMs: draft.repeatMs }),
    ...(draft.isQuiet ? { quiet: draft.quiet, ...(draft.quietDanger ? { quietDanger: true } : {}) } : {}),
  });
  return parsed.ok ? { ok: true, route: parsed.value } : { ok: false, sentence: parsed.reason };
}

function targetOf({ kind, room, person, url, secret, mail }: RouteDraft): unknown {
  switch (kind) {
    case 'room':
      return { kind, room };
    case 'person':
      return { kind, name: person.trim() };
    case 'browser':
      return { kind };
    case 'webhook':
      return { kind, url: url.trim(), ...(secret === '' ? {} : { secret }) };
    case 'email':
      return { kind, to: words(mail) };
  }
}

function words(text: string): readonly string[] {
  return text.split(/[\s,;]+/).filter(Boolean);
}

/** What a route does, in a sentence. `roomName` is that of its room, where it is known. */
export function routeMeaning(route: AlarmRoute, roomName?: string): string {
  const { severities: told = severities, edges, sensors, rules, afterMs = 0, repeatMs, quiet } = route;
  const which =
    told.length === severities.length ? 'Every alarm' : `Every alarm of severity ${told.join(' or ')}`;
  const of = [
    edges === undefined ? '' : ` of ${edges.join(' or ')}`,
    sensors === undefined ? '' : ` at ${sensors.join(' or ')}`,
    rules === undefined ? '' : ` by ${rules.join(' or ')}`,
  ].join('');
  const when = afterMs === 0 ? 'at once' : `once nobody has acknowledged it for ${spanWords(afterMs)}`;
  const again = repeatMs === undefined ? '' : `, and again every ${spanWords(repeatMs)} until somebody does`;
  const silence =
    quiet === undefined
      ? ''
      : ` Silent ${spanOfWeekWords(quiet)}${route.quietDanger === true ? '' : ', but for danger'}.`;
  return `${which}${of} goes ${targetWords(route.to, roomName)}, ${when}${again}.${silence}`;
}

function targetWords(to: AlarmTarget, roomName: string | undefined): string {
  switch (to.kind) {
    case 'room':
      return `to the room ${roomName ?? to.room}`;
    case 'person':
      return `to ${to.name}`;
    case 'browser':
      return 'to the browsers of all who watch';
    case 'webhook':
      return `to ${new URL(to.url).host}`;
    case 'email':
      return `by mail to ${to.to.join(', ')}`;
  }
}
