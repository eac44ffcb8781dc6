// Two to eight cards side by side; what differs stands out.
import { useState } from 'preact/hooks';
import { SideBySideDocument, type SideBySideQuery, type TileFragment } from '../../generated/graphql';
import { go } from '../address/here';
import { cardAddress, comparisonAddress } from '../address/route';
import { useAnswer } from '../api/use-answer';
import { locale, words } from '../language';
import { Drawing } from '../parts/Drawing';
import { Listed } from '../parts/Listed';
import { useShopsChange, useTitle } from '../parts/hooks';
import { useLivePrices, withOffer } from '../parts/live-prices';
import { Doubts, Failed, Notice } from '../parts/Notice';
import { Price } from '../parts/Price';
import { fill } from './tray';
import { valueInWords } from './values';

type Comparison = SideBySideQuery['compare'];

export function ComparePage({ ids }: { readonly ids: readonly string[] }) {
  const say = words.value;
  useTitle(say.compare);
  const enough = ids.length >= 2;
  const { data, asOf, failure, again, amend } = useAnswer(SideBySideDocument, enough ? { ids: [...ids] } : null);
  useShopsChange(again);
  const moved = useLivePrices(data?.compare.cards ?? [], {
    told: (card) => amend(({ compare }) => ({ compare: { ...compare, cards: withOffer(compare.cards, card) } })),
    missed: again,
  });
  return (
    <div class="compare">
      <h1>{say.compare}</h1>
      {!enough ? (
        <Notice heading={ids.length === 0 ? say.emptyTray : say.compareHint} hint={say.emptyTrayHint}>
          <a class="button" href="/">
            {say.toList}
          </a>
        </Notice>
      ) : failure?.code === 'BAD_USER_INPUT' ? (
        <Gone />
      ) : failure && !data ? (
        <Failed failure={failure} again={again} />
      ) : data ? (
        <>
          <Doubts asOf={asOf} failure={failure} />
          <Comparison {...data.compare} moved={moved} />
        </>
      ) : (
        <section class="waiting" aria-busy="true" aria-label={say.loading}>
          <span class="bone bone-block" />
        </section>
      )}
    </div>
  );
}

// One of the cards isn't there any more, or never was.
function Gone() {
  const say = words.value;
  return (
    <Notice heading={say.notFound} hint={say.notFoundHint}>
      <a class="button" href="/" onClick={() => fill([])}>
        {say.toList}
      </a>
    </Notice>
  );
}

function Comparison({ cards, rows, moved }: Comparison & { readonly moved: ReadonlySet<string> }) {
  const say = words.value;
  const [onlyDifferences, setOnlyDifferences] = useState(false);
  // The heads of the columns say it already.
  const told = rows.filter(({ field }) => field !== 'bestOffer');
  const shown = onlyDifferences ? told.filter(({ differs }) => differs) : told;
  const without = (id: string) => {
    const others = cards.map((card) => card.id).filter((other) => other !== id);
    fill(others);
    go(comparisonAddress(others), { replace: true, stay: true });
  };
  return (
    <>
      <label class="switch">
        <input
          type="checkbox"
          checked={onlyDifferences}
          onChange={(event) => setOnlyDifferences(event.currentTarget.checked)}
        />
        {say.onlyDifferences}
      </label>
      <div class="compare-scroll" tabIndex={0} role="region" aria-label={say.compare}>
        <table>
          <thead>
            <tr>
              <td />
              {cards.map((card) => (
                <Head key={card.id} card={card} moved={moved.has(card.id)} remove={() => without(card.id)} />
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map(({ field, label, values, differs }) => (
              <tr key={field} data-differs={differs}>
                <th scope="row">
                  <span class="compare-label">{say.fields[field] ?? label}</span>
                  {differs && <span class="quiet"> ({say.differs})</span>}
                </th>
                {values.map((value, place) => (
                  <td key={place}>
                    {value === null ? (
                      <span class="faint">—</span>
                    ) : (
                      <Listed text={valueInWords(field, value, say, locale.value)} />
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

interface HeadProps {
  readonly card: TileFragment;
  readonly moved: boolean;
  readonly remove: () => void;
}

function Head({ card, moved, remove }: HeadProps) {
  const say = words.value;
  return (
    <th scope="col">
      <div class="compare-head">
        <button
          type="button"
          class="compare-remove"
          aria-label={say.remove(card.name)}
          title={say.remove(card.name)}
          onClick={remove}
        >
          ×
        </button>
        <Drawing size={card.specs} maker={card.gpu?.maker} />
        <a href={cardAddress(card.id)}>{card.name}</a>
        <Price offer={card.bestOffer} moved={moved} />
      </div>
    </th>
  );
}
