// Where the shopper is: the address as a signal, and the ways to go elsewhere without loading the page anew.
import { computed, signal } from '@preact/signals';
import { routeOf } from './route';

const address = signal(location.href);

// The page that is shown.
export const route = computed(() => routeOf(new URL(address.value)));

// Goes to an address of the storefront. `replace`: the way back skips the present one. `stay`: what is in view stays
// so, as when a filter is set.
export function go(to: string, { replace = false, stay = false } = {}): void {
  if (new URL(to, location.href).href === location.href) return;
  if (replace) history.replaceState(null, '', to);
  else history.pushState(null, '', to);
  address.value = location.href;
  if (!stay) scrollTo(0, 0);
}

// Follows the browser's own buttons, and plain clicks on links to pages of the storefront.
export function listen(): void {
  addEventListener('popstate', () => (address.value = location.href));
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const elsewhere = event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (!link || elsewhere || event.defaultPrevented || link.target || link.hasAttribute('download')) return;
    const to = new URL(link.href, location.href);
    if (to.origin !== location.origin || routeOf(to).page === 'nowhere') return;
    if (to.hash && to.pathname === location.pathname && to.search === location.search) return;
    event.preventDefault();
    go(to.href, { stay: link.dataset['stay'] !== undefined });
  });
}
