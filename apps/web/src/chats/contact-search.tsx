import type { RefObject } from 'react';
import { Icon } from '../shell/icons.tsx';

interface ContactSearchProps {
  readonly ref: RefObject<HTMLInputElement | null>;
  readonly query: string;
  readonly change: (query: string) => void;
}

/** Narrows the list while somebody types. Enter opens the first that is left, Escape shows all again. */
export function ContactSearch({ ref, query, change }: ContactSearchProps) {
  return (
    <div className="contact-search">
      <Icon name="search" sizePx={16} />
      <input
        ref={ref}
        type="search"
        value={query}
        placeholder="Search contacts"
        aria-label="Search contacts"
        aria-keyshortcuts="/"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={64}
        onChange={(event) => change(event.target.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === 'Escape' && query !== '') {
            event.preventDefault();
            change('');
          } else if (event.key === 'Enter' || event.key === 'ArrowDown') {
            event.preventDefault();
            const first = firstContact(event.currentTarget);
            if (event.key === 'Enter' && query !== '') first?.click();
            else first?.focus();
          }
        }}
      />
    </div>
  );
}

function firstContact(field: HTMLElement): HTMLElement | null {
  return field.closest('.list-column')?.querySelector<HTMLElement>('.contact-link') ?? null;
}
