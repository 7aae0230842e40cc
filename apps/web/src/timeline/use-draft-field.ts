import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { keepDraft, keptDraft } from './drafts.ts';

/** Higher than this the field scrolls. */
const maxHeightPx = 192;

export interface DraftFieldOptions {
  /** What the draft is kept under. */
  readonly draftKey: string;
  /** The text that is changed; undefined while a new one is written. */
  readonly changed: string | undefined;
  /** What the text answers or changes: with another one the field gets the focus. */
  readonly about: unknown;
}

export interface DraftField {
  readonly text: string;
  readonly setText: (text: string | ((before: string) => string)) => void;
  readonly ref: RefObject<HTMLTextAreaElement | null>;
}

/** The field of a composer: it keeps what was begun, has the focus when somebody writes, and is as high as its text. */
export function useDraftField({ draftKey, changed, about }: DraftFieldOptions): DraftField {
  const [text, setText] = useState(() => changed ?? keptDraft(draftKey));
  const ref = useRef<HTMLTextAreaElement>(null);
  const isNew = changed === undefined;

  useEffect(() => {
    if (isNew) keepDraft(draftKey, text);
  }, [isNew, draftKey, text]);

  useEffect(() => {
    const area = ref.current;
    if (area === null) return;
    // On a phone the keyboard would cover what one came to read.
    if (about === undefined && !matchMedia('(hover: hover) and (pointer: fine)').matches) return;
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
  }, [about]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useLayoutEffect(() => {
    const area = ref.current;
    if (area === null) return;
    area.style.height = 'auto';
    const borderPx = area.offsetHeight - area.clientHeight;
    area.style.height = `${Math.min(area.scrollHeight + borderPx, maxHeightPx)}px`;
  }, [text]);

  return { text, setText, ref };
}
