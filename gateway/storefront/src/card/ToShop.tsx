// The way to a shop's own page of a card, in another tab.
import { words } from '../language';

interface Props {
  readonly href: string;
  readonly shop: string;
  // Whether it is what the page is for.
  readonly loud?: boolean;
}

export function ToShop({ href, shop, loud = false }: Props) {
  const say = words.value;
  return (
    <a class={`button ${loud ? 'button-loud' : ''}`} href={href} target="_blank" rel="noopener noreferrer">
      {say.toShop(shop)} <span aria-hidden="true">↗</span>
    </a>
  );
}
