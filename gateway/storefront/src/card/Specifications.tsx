// What a card is, line by line, with the shop that says so; where shops disagree, what the other one says.
import type { SheetFragment } from '../../generated/graphql';
import { locale, words } from '../language';
import { Listed } from '../parts/Listed';
import { linesOf, type Line } from './fields';

export function Specifications({ card }: { readonly card: SheetFragment }) {
  const say = words.value;
  return (
    <section class="block" aria-labelledby="specifications">
      <h2 id="specifications">{say.specifications}</h2>
      <dl class="specs">
        {linesOf(card, say, locale.value).map((line) => (
          <SpecLine key={line.field} line={line} />
        ))}
      </dl>
    </section>
  );
}

function SpecLine({ line }: { readonly line: Line }) {
  const say = words.value;
  const { label, value, sources, conflicts } = line;
  return (
    <div class="spec" data-conflict={conflicts.length > 0}>
      <dt>{label}</dt>
      <dd>
        <span class="spec-value">
          <Listed text={value} />
        </span>
        <span class="spec-source">
          <span class="quiet">{say.source}: </span>
          {sources.join(', ')}
        </span>
        {conflicts.map(({ shop, value }) => (
          <span key={shop + value} class="spec-conflict">
            <span class="quiet">{say.saysOtherwise}: </span>
            {say.conflict(shop, value)}
          </span>
        ))}
      </dd>
    </div>
  );
}
