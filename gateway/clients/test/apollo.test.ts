// Apollo Client 4, with each of its links.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { CombinedGraphQLErrors, ServerError } from '@apollo/client/errors';
import { BatchHttpLink } from '@apollo/client/link/batch-http';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { relayStylePagination } from '@apollo/client/utilities';
import {
  CardComparisonDocument, CardFiltersDocument, CardListDocument, CardPageDocument, CardPriceHistoryDocument,
  CardSuggestionsDocument, ShopsDocument, type VideoCardFilter,
} from '../generated/graphql.js';
import {
  assertEachOnce, assertSentOnce, generatedHash, newQuery, possibleTypes, recording, sha256, trustingUrl, url,
} from './gateway.js';

function client(link: ApolloLink): ApolloClient {
  const videoCards = relayStylePagination(['filter', 'sort', 'search']);
  const cache = new InMemoryCache({ possibleTypes, typePolicies: { Query: { fields: { videoCards } } } });
  return new ApolloClient({ cache, link });
}

function plain(): ApolloClient {
  return client(new HttpLink({ uri: url }));
}

function refusedAs(code: string): (error: unknown) => true {
  return (error) => {
    assert.ok(CombinedGraphQLErrors.is(error), String(error));
    assert.equal(error.errors[0]?.extensions?.['code'], code);
    return true;
  };
}

test('pages are joined by Apollo’s own policy for Relay’s lists', async () => {
  const apollo = plain();
  const variables = { first: 10, sort: 'NAME_ASC' } as const;
  const { data: firstPage } = await apollo.query({ query: CardListDocument, variables });
  const list = apollo.watchQuery({ query: CardListDocument, variables });
  let after = firstPage?.videoCards.pageInfo.endCursor ?? null;
  for (const joined of [20, 30]) {
    const { data: page } = await list.fetchMore({ variables: { after } });
    after = page?.videoCards.pageInfo.endCursor ?? null;
    const shown = apollo.readQuery({ query: CardListDocument, variables });
    assertEachOnce(shown?.videoCards.edges.map((edge) => edge.node.id) ?? [], joined);
    assert.equal(shown?.videoCards.pageInfo.endCursor, after);
  }
});

test('a card that a list has brought is the same in the cache as the one of its page', async () => {
  const apollo = plain();
  const { data: list } = await apollo.query({ query: CardListDocument, variables: { first: 1 } });
  const card = list?.videoCards.edges[0]?.node;
  assert.ok(card);
  const { data: page } = await apollo.query({ query: CardPageDocument, variables: { by: { slug: card.slug } } });
  assert.equal(page?.videoCard?.id, card.id);
  const cards = Object.keys(apollo.cache.extract() as object).filter((key) => key.startsWith('VideoCard:'));
  assert.deepEqual(cards, [`VideoCard:${card.id}`]);
});

test('every operation is answered with data of its generated type', async () => {
  const apollo = plain();
  const filter: VideoCardFilter = {
    price: { min: '100', max: '2000.50' },
    technologies: { allOf: ['ray-tracing'], noneOf: ['xess'] },
  };
  const { data: filters } = await apollo.query({ query: CardFiltersDocument, variables: { filter } });
  const stats = filters?.videoCards.priceStats;
  assert.ok(stats && Number(stats.min.amount) <= Number(stats.max.amount));
  assert.ok(filters.videoCards.totalCount > 0);
  const selected = filters.videoCards.facets.flatMap((facet) => facet.values).filter((value) => value.selected);
  assert.deepEqual(selected.map((value) => value.value), ['ray-tracing']);

  const text = 'geforce';
  const { data: suggestions } = await apollo.query({ query: CardSuggestionsDocument, variables: { text } });
  const ids = suggestions?.suggest.slice(0, 2).map((card) => card.id) ?? [];
  assert.equal(ids.length, 2);
  const { data: comparison } = await apollo.query({ query: CardComparisonDocument, variables: { ids } });
  assert.deepEqual(comparison?.compare.cards.map((card) => card.id), ids);
  assert.ok(comparison.compare.rows.every((row) => row.values.length === ids.length));

  const id = ids[0] ?? '';
  const { data: history } = await apollo.query({ query: CardPriceHistoryDocument, variables: { id } });
  assert.equal(history?.videoCard?.id, id);
  assert.ok(history.videoCard.priceHistory.points.every((point) => Number(point.price.amount) > 0));

  const { data: shops } = await apollo.query({ query: ShopsDocument });
  assert.deepEqual(shops?.shops.map((shop) => shop.slug), ['countrylink', 'netvideo']);
});

test('an error has its code', async () => {
  const apollo = plain();
  const page = apollo.query({ query: CardListDocument, variables: { first: -1 } });
  await assert.rejects(page, refusedAs('BAD_PAGE_SIZE'));
  await assert.rejects(apollo.query({ query: gql`{ nothing }` }), refusedAs('GRAPHQL_VALIDATION_FAILED'));
});

test('a query is asked by GET where the link says so', async () => {
  const { fetch, sent } = recording();
  const apollo = client(new HttpLink({ uri: url, fetch, useGETForQueries: true }));
  const { data } = await apollo.query({ query: CardListDocument, variables: { first: 3, sort: 'PRICE_DESC' } });
  assert.equal(data?.videoCards.edges.length, 3);
  assert.deepEqual(sent, [{ method: 'GET', document: true, status: 200 }]);
});

for (const hashed of ['POST', 'GET'] as const) {
  test(`a persisted query is sent once, then named by its hash, by ${hashed}`, async () => {
    const { fetch, sent } = recording();
    const persisted = new PersistedQueryLink({ sha256, useGETForHashedQueries: hashed === 'GET' });
    const apollo = client(persisted.concat(new HttpLink({ uri: url, fetch })));
    const query = gql(newQuery());
    for (let times = 0; times < 2; times += 1) {
      const { data } = await apollo.query({ query, fetchPolicy: 'network-only' });
      assert.ok(data);
    }
    assertSentOnce(sent, hashed);
  });
}

test('a trusted document is named by the hash that was generated, and no other is answered', async () => {
  const { fetch, sent } = recording();
  const persisted = new PersistedQueryLink({ generateHash: async (document) => generatedHash(document) });
  const apollo = client(persisted.concat(new HttpLink({ uri: trustingUrl, fetch })));
  const { data } = await apollo.query({ query: ShopsDocument });
  assert.ok((data?.shops.length ?? 0) > 0);
  assert.deepEqual(sent, [{ method: 'POST', document: false, status: 200 }]);
  const foreign = client(new HttpLink({ uri: trustingUrl })).query({ query: gql`{ brands { id } }` });
  await assert.rejects(foreign, refusedAs('DOCUMENT_NOT_TRUSTED'));
});

test('a batch is refused in words that reach the developer', async () => {
  const apollo = client(new BatchHttpLink({ uri: url, batchInterval: 5 }));
  for (const refused of [
    apollo.query({ query: gql`{ shops { id } }` }),
    apollo.query({ query: gql`{ brands { id } }` }),
  ]) {
    await assert.rejects(refused, (error) => {
      assert.ok(ServerError.is(error), String(error));
      assert.match(error.bodyText, /Batches are not served: send one query in a request/);
      return true;
    });
  }
});
