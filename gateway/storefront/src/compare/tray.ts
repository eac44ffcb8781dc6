// The cards that were put aside to compare them. The browser remembers them, all tabs share them.
import { signal } from '@preact/signals';
import { MOST_COMPARED } from '../address/route';
import { remembered } from '../remembered';

const store = remembered('compared', (text): text is string => /^[\w=-]+( [\w=-]+)*$/.test(text));

function read(): readonly string[] {
  return (store.get()?.split(' ') ?? []).slice(0, MOST_COMPARED);
}

// Their identifiers, in the order in which they were chosen.
export const tray = signal(read());

// Makes these the cards of the tray.
export function fill(ids: readonly string[]): void {
  tray.value = ids;
  store.set(ids.join(' ') || undefined);
}

// Puts a card aside, or back.
export function putAside(id: string, aside: boolean): void {
  const others = tray.value.filter((one) => one !== id);
  fill(aside ? [...others, id].slice(0, MOST_COMPARED) : others);
}

addEventListener('storage', () => (tray.value = read()));
