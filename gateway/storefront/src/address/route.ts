// Which page an address is of. The gateway serves these addresses and no others. Pure.
import { readWanted, type Wanted } from './wanted';

// As many cards as can be compared at once.
export const MOST_COMPARED = 8;

export type Route =
  | { readonly page: 'list'; readonly wanted: Wanted }
  | { readonly page: 'card'; readonly id: string }
  | { readonly page: 'compare'; readonly ids: readonly string[] }
  | { readonly page: 'nowhere' };

export function routeOf({ pathname, searchParams }: URL): Route {
  if (pathname === '/') return { page: 'list', wanted: readWanted(searchParams) };
  if (pathname === '/compare') {
    return { page: 'compare', ids: [...new Set(searchParams.getAll('card'))].slice(0, MOST_COMPARED) };
  }
  const id = decoded(/^\/cards\/([^/]+)$/.exec(pathname)?.[1]);
  return id === undefined ? { page: 'nowhere' } : { page: 'card', id };
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text && decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

export function cardAddress(id: string): string {
  return `/cards/${encodeURIComponent(id)}`;
}

export function comparisonAddress(ids: readonly string[]): string {
  return `/compare${ids.length > 0 ? '?' : ''}${new URLSearchParams(ids.map((id) => ['card', id]))}`;
}
