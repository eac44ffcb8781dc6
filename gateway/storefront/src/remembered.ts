// What the browser remembers of a choice. Where it may not remember anything, everything works without.

const PREFIX = 'storefront.';

export interface Remembered<T extends string> {
  readonly get: () => T | undefined;
  // Undefined: it shall be forgotten.
  readonly set: (value: T | undefined) => void;
}

// `is` tells what can be made use of: it was perhaps written by another version of this page.
export function remembered<T extends string>(name: string, is: (text: string) => text is T): Remembered<T> {
  return {
    get: () => {
      try {
        const text = localStorage.getItem(PREFIX + name);
        return text !== null && is(text) ? text : undefined;
      } catch {
        return undefined;
      }
    },
    set: (value) => {
      try {
        if (value === undefined) localStorage.removeItem(PREFIX + name);
        else localStorage.setItem(PREFIX + name, value);
      } catch {
        // Then it is forgotten.
      }
    },
  };
}
