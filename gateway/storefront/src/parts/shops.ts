// Whether the shops can be read: asked now and then, for as long as somebody looks.
import { computed, signal } from '@preact/signals';
import { ShopStatesDocument, type ShopStatesQuery } from '../../generated/graphql';
import { ask } from '../api/ask';

const LOOK_EVERY_MS = 5_000;

const shops = signal<ShopStatesQuery['shops']>([]);

// Shops that don't answer: what they ask for their cards may not be true any more.
export const silent = computed(() => shops.value.filter((shop) => !shop.healthy));
// Changes when what is known of the shops does: pages ask anew then whose offers are stale.
export const health = computed(() => silent.value.map((shop) => shop.id).join(' '));

async function look(): Promise<void> {
  // A page that nobody looks at asks nothing, and one that asks in vain says so elsewhere.
  if (document.hidden) return;
  const answer = await ask(ShopStatesDocument, {}).catch(() => undefined);
  if (answer) shops.value = answer.data.shops;
}

// Looks from now on.
export function watchShops(): void {
  void look();
  setInterval(() => void look(), LOOK_EVERY_MS);
  document.addEventListener('visibilitychange', () => void look());
}
