// What a card can do, each a way to the others that can do it too.
import type { SheetFragment } from '../../generated/graphql';
import { EVERYTHING, listAddress } from '../address/wanted';
import { words } from '../language';

export function Technologies({ card }: { readonly card: SheetFragment }) {
  if (card.technologyVersions.length === 0) return null;
  return (
    <section class="block" aria-labelledby="technologies">
      <h2 id="technologies">{words.value.technologies}</h2>
      <ul class="chosen">
        {card.technologyVersions.map(({ technology: { code, name }, version }) => (
          <li key={code}>
            <a class="chip" href={listAddress({ ...EVERYTHING, having: [code] })}>
              {[name, version].filter(Boolean).join(' ')}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
