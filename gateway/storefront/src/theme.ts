// Light or dark: as the system has it, until somebody chooses.
import { effect, signal } from '@preact/signals';
import { remembered } from './remembered';

export type Theme = 'light' | 'dark';
const THEMES = ['auto', 'light', 'dark'] as const;

const chosen = remembered('theme', (text): text is Theme => text === 'light' || text === 'dark');

// Undefined: as the system has it.
export const theme = signal<Theme | undefined>(chosen.get());

// On to the next of the three.
export function nextTheme(): void {
  const next = THEMES[(THEMES.indexOf(theme.value ?? 'auto') + 1) % THEMES.length];
  theme.value = next === 'auto' ? undefined : next;
  chosen.set(theme.value);
}

effect(() => {
  const root = document.documentElement;
  if (theme.value) root.dataset['theme'] = theme.value;
  else delete root.dataset['theme'];
});
