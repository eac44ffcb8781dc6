// The search, with suggestions while one types: a combobox by the ARIA Authoring Practices. The focus stays in the
// field; arrows move through the list, Enter takes what is marked, or else searches.
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { TargetedEvent, TargetedKeyboardEvent } from 'preact';
import { SearchSuggestionsDocument, type SearchSuggestionsQuery } from '../../generated/graphql';
import { go, route } from '../address/here';
import { cardAddress } from '../address/route';
import { changed, EVERYTHING, listAddress } from '../address/wanted';
import { useAnswer } from '../api/use-answer';
import { money } from '../format';
import { locale, words } from '../language';

const PAUSE_MS = 120;
const LEAST_LETTERS = 2;

export function SearchBox() {
  const say = words.value;
  const here = route.value;
  const searched = here.page === 'list' ? here.wanted.search : '';
  const [text, setText] = useState(searched);
  const { open, marked, show, close, move } = useList();
  const field = useRef<HTMLInputElement>(null);
  const listId = useId();
  const typed = useSettled(text.trim());
  useEffect(() => setText(searched), [searched]);

  const asks = open && typed.length >= LEAST_LETTERS;
  const { data } = useAnswer(SearchSuggestionsDocument, asks ? { text: typed } : null);
  const found = asks ? (data?.suggest ?? []) : [];
  const shown = open && found.length > 0;

  const search = (words: string) => {
    close();
    field.current?.blur();
    const base = here.page === 'list' ? here.wanted : EVERYTHING;
    go(listAddress(changed(base, { search: words.trim(), sort: undefined })));
  };
  const take = (id: string) => {
    close();
    setText('');
    field.current?.blur();
    go(cardAddress(id));
  };
  const pressed = (event: TargetedKeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Escape') {
      if (shown) event.preventDefault();
      close();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      move(event.key === 'ArrowDown' ? 1 : -1, found.length);
    }
  };
  const sent = (event: TargetedEvent<HTMLFormElement>) => {
    event.preventDefault();
    const card = found[marked];
    if (shown && card) take(card.id);
    else search(text);
  };

  return (
    <form class="search" role="search" action="/" onSubmit={sent}>
      <Glass />
      <input
        ref={field}
        type="text"
        inputMode="search"
        name="q"
        value={text}
        autocomplete="off"
        spellcheck={false}
        enterkeyhint="search"
        placeholder={say.searchHint}
        aria-label={say.search}
        role="combobox"
        aria-autocomplete="list"
        aria-expanded={shown}
        aria-controls={listId}
        {...(shown && marked >= 0 && { 'aria-activedescendant': `${listId}-${marked}` })}
        onInput={(event) => {
          setText(event.currentTarget.value);
          show();
        }}
        onKeyDown={pressed}
        onBlur={close}
      />
      <Suggestions id={listId} found={found} marked={marked} hidden={!shown} take={take} />
    </form>
  );
}

// Whether the list is open, and which of its options is marked; -1: none.
function useList() {
  const [open, setOpen] = useState(false);
  const [marked, setMarked] = useState(-1);
  const set = (open: boolean) => {
    setOpen(open);
    setMarked(-1);
  };
  const move = (step: 1 | -1, count: number) => {
    setOpen(true);
    // One place is the field itself, where nothing is marked.
    const places = count + 1;
    setMarked((marked) => ((marked + 1 + step + places) % places) - 1);
  };
  return { open, marked, show: () => set(true), close: () => set(false), move };
}

function Glass() {
  return (
    <svg class="search-glass" viewBox="0 0 20 20" aria-hidden="true">
      <circle cx="8.5" cy="8.5" r="5.5" />
      <path d="m13 13 4.5 4.5" />
    </svg>
  );
}

interface SuggestionsProps {
  readonly id: string;
  readonly found: SearchSuggestionsQuery['suggest'];
  // Which of them is marked; -1: none.
  readonly marked: number;
  readonly hidden: boolean;
  readonly take: (card: string) => void;
}

function Suggestions({ id, found, marked, hidden, take }: SuggestionsProps) {
  return (
    <ul id={id} class="suggestions" role="listbox" aria-label={words.value.suggestions} hidden={hidden}>
      {found.map((card, place) => (
        // A press must not take the focus away, which would close the list before the click.
        <li
          key={card.id}
          id={`${id}-${place}`}
          role="option"
          aria-selected={place === marked}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => take(card.id)}
        >
          <span>{card.name}</span>
          {card.bestOffer && <span class="suggestions-price">{money(card.bestOffer.price, locale.value)}</span>}
        </li>
      ))}
    </ul>
  );
}

// The text once nobody has typed for a moment.
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
