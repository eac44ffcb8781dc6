// The language that is spoken: the browser's, until somebody chooses another one.
import { computed, effect, signal } from '@preact/signals';
import { remembered } from '../remembered';
import { en, type Plural, type Words } from './en';
import { ru } from './ru';

const LANGUAGES = { en, ru } as const satisfies Record<string, Words>;
export type Language = keyof typeof LANGUAGES;
// Each by its own name.
export const NAMES: Readonly<Record<Language, string>> = { en: 'English', ru: 'Русский' };

const chosen = remembered('language', (text): text is Language => Object.hasOwn(LANGUAGES, text));

// The first of a person's languages that is spoken here. Pure.
export function spoken(languages: readonly string[]): Language {
  for (const tag of languages) {
    const language = tag.toLowerCase().split('-')[0] ?? '';
    if (Object.hasOwn(LANGUAGES, language)) return language as Language;
  }
  return 'en';
}

export const language = signal<Language>(chosen.get() ?? spoken(navigator.languages));
// As above, with the region of the person where it is known: Britons write days otherwise than Americans.
export const locale = computed(
  () => navigator.languages.find((tag) => tag.toLowerCase().startsWith(language.value)) ?? language.value,
);
// What the pages say.
export const words = computed<Words>(() => LANGUAGES[language.value]);

export function speak(next: Language): void {
  language.value = next;
  chosen.set(next);
}

// `5 cards`, by the language's rules of plural.
export function counted(count: number, plural: Plural): string {
  const form = plural[new Intl.PluralRules(locale.value).select(count)] ?? plural.other;
  return form.replace('#', new Intl.NumberFormat(locale.value).format(count));
}

effect(() => {
  document.documentElement.lang = language.value;
});
