// The list: what is wanted on the left, the cards that fit on the right, all of it told by the address.
import { useMemo } from 'preact/hooks';
import {
  ListedCardsDocument,
  ListedChoicesDocument,
  type ListedCardsQuery,
  type ListedCardsQueryVariables,
  type TileOfferFragment,
} from '../../generated/graphql';
import { go } from '../address/here';
import { changed, filterOf, listAddress, PAGE_SIZE, SORTS, sortOf, type Sort, type Wanted } from '../address/wanted';
import { live } from '../api/follow';
import { useAnswer } from '../api/use-answer';
import { counted, words } from '../language';
import { useShopsChange, useTitle } from '../parts/hooks';
import { useLivePrices, withOffer } from '../parts/live-prices';
import { Doubts, Failed, Notice } from '../parts/Notice';
import { Chosen } from './Chosen';
import { FilterPanel, FilterSheet } from './FilterPanel';
import { Paging } from './Paging';
import { Row, RowInWaiting } from './Row';

export function ListPage({ wanted }: { readonly wanted: Wanted }) {
  const say = words.value;
  useTitle(wanted.search);
  const filter = useMemo(() => filterOf(wanted), [wanted]);
  const search = wanted.search || null;
  const cards = useAnswer(ListedCardsDocument, pageOf(wanted, filter));
  const choices = useAnswer(ListedChoicesDocument, { filter, search });
  const moved = useLivePrices(cards.data?.videoCards.nodes ?? [], {
    told: (card) => cards.amend((data) => withNews(data, card)),
    missed: cards.again,
  });
  useShopsChange(() => {
    cards.again();
    choices.again();
  });
  const { data, failure } = cards;
  const total = choices.data?.videoCards.totalCount;
  const filters = { wanted, data: choices.data, failed: choices.failure !== undefined };
  return (
    <div class="list-page">
      <div class="list-head">
        <h1>{wanted.search ? say.quoted(wanted.search) : say.title}</h1>
        <p class="list-count" role="status" aria-busy={choices.pending}>
          {total === undefined ? '\u00a0' : counted(total, say.cards)}
        </p>
        <Live />
      </div>
      <FilterPanel {...filters} />
      <section class="list" aria-label={say.title}>
        <div class="list-tools">
          <Chosen wanted={wanted} choices={choices.data?.videoCards} />
          <FilterSheet {...filters} />
          <SortChoice wanted={wanted} />
        </div>
        <Doubts asOf={cards.asOf} failure={data && failure} />
        {data ? (
          <Cards wanted={wanted} data={data} moved={moved} pending={cards.pending || failure !== undefined} />
        ) : failure?.code === 'BAD_CURSOR' ? (
          <Nothing wanted={wanted} />
        ) : failure ? (
          <Failed failure={failure} again={cards.again} />
        ) : (
          <RowsInWaiting />
        )}
      </section>
    </div>
  );
}

function pageOf(wanted: Wanted, filter: ListedCardsQueryVariables['filter']): ListedCardsQueryVariables {
  const { after, before, search } = wanted;
  const place = before === undefined ? { first: PAGE_SIZE, ...(after && { after }) } : { last: PAGE_SIZE, before };
  return { ...place, ...(search && { search }), filter, sort: SORTS[sortOf(wanted)] };
}

interface CardsProps {
  readonly wanted: Wanted;
  readonly data: ListedCardsQuery;
  readonly moved: ReadonlySet<string>;
  readonly pending: boolean;
}

function Cards({ wanted, data, moved, pending }: CardsProps) {
  const { nodes, pageInfo } = data.videoCards;
  if (nodes.length === 0) return <Nothing wanted={wanted} />;
  return (
    <>
      <ul class="rows" aria-busy={pending}>
        {nodes.map((card) => (
          <Row key={card.id} card={card} moved={moved.has(card.id)} />
        ))}
      </ul>
      <Paging wanted={wanted} pageInfo={pageInfo} />
    </>
  );
}

function Nothing({ wanted }: { readonly wanted: Wanted }) {
  const say = words.value;
  const elsewhere = wanted.after !== undefined || wanted.before !== undefined;
  const back = elsewhere ? listAddress(changed(wanted, {})) : '/';
  return (
    <Notice
      heading={elsewhere ? say.nothingHere : say.nothing}
      hint={elsewhere ? say.nothingHereHint : say.nothingHint}
    >
      <a class="button" href={back}>
        {elsewhere ? say.first : say.clearAll}
      </a>
    </Notice>
  );
}

function RowsInWaiting() {
  return (
    <ul class="rows" aria-busy="true" aria-label={words.value.loading}>
      {Array.from({ length: 12 }, (_, place) => (
        <RowInWaiting key={place} />
      ))}
    </ul>
  );
}

function Live() {
  const say = words.value;
  if (live.value === undefined) return null;
  return (
    <span class="live" data-live={live.value}>
      {live.value ? say.live : say.notLive}
    </span>
  );
}

function SortChoice({ wanted }: { readonly wanted: Wanted }) {
  const say = words.value;
  const sorts = (Object.keys(SORTS) as Sort[]).filter((sort) => sort !== 'relevance' || wanted.search !== '');
  const choose = (sort: Sort) => {
    const usual = sort === sortOf({ ...wanted, sort: undefined });
    go(listAddress(changed(wanted, { sort: usual ? undefined : sort })), { stay: true });
  };
  return (
    <label class="sort">
      <span>{say.sort}</span>
      <select value={sortOf(wanted)} onChange={(event) => choose(event.currentTarget.value as Sort)}>
        {sorts.map((sort) => (
          <option key={sort} value={sort}>
            {say.sorts[sort]}
          </option>
        ))}
      </select>
    </label>
  );
}

function withNews({ videoCards }: ListedCardsQuery, card: TileOfferFragment): ListedCardsQuery {
  return { videoCards: { ...videoCards, nodes: withOffer(videoCards.nodes, card) } };
}
