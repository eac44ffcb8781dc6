// Apollo Client 3, which many frontends still have: what it does in another way than 4.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApolloClient, ApolloError, ApolloLink, HttpLink, InMemoryCache, gql } from 'apollo3/core/index.js';
import { BatchHttpLink } from 'apollo3/link/batch-http/index.js';
import { createPersistedQueryLink } from 'apollo3/link/persisted-queries/index.js';
import { relayStylePagination } from 'apollo3/utilities/index.js';
import { CardListDocument, CardPageDocument, ShopsDocument } from '../generated/graphql.js';
import {
  assertEachOnce, assertSentOnce, generatedHash, newQuery, possibleTypes, recording, sha256, trustingUrl, url,
} from './gateway.js';

function client(link: ApolloLink) {
  const videoCards = relayStylePagination(['filter', 'sort', 'search']);
  const cache = new InMemoryCache({ possibleTypes, typePolicies: { Query: { fields: { videoCards } } } });
  return new ApolloClient({ cache, link });
}

test('pages are joined by Apollo’s own policy for Relay’s lists', async () => {
  const apollo = client(new HttpLink({ uri: url }));
  const variables = { first: 10, sort: 'NAME_ASC' } as const;
  const { data: page } = await apollo.query({ query: CardListDocument, variables });
  const list = apollo.watchQuery({ query: CardListDocument, variables });
  await list.fetchMore({ variables: { after: page.videoCards.pageInfo.endCursor ?? null } });
  const shown = apollo.readQuery({ query: CardListDocument, variables });
  const cards = shown?.videoCards.edges.map((edge) => edge.node) ?? [];
  assertEachOnce(cards.map((card) => card.id), 20);
  const { data } = await apollo.query({ query: CardPageDocument, variables: { by: { id: cards[0]?.id ?? '' } } });
  assert.equal(data.videoCard?.name, cards[0]?.name);
});

test('an error has its code', async () => {
  const apollo = client(new HttpLink({ uri: url }));
  await assert.rejects(apollo.query({ query: CardListDocument, variables: { first: -1 } }), (error) => {
    assert.ok(error instanceof ApolloError, String(error));
    assert.equal(error.graphQLErrors[0]?.extensions?.['code'], 'BAD_PAGE_SIZE');
    return true;
  });
});

for (const hashed of ['POST', 'GET'] as const) {
  test(`a persisted query is sent once, then named by its hash, by ${hashed}`, async () => {
    const { fetch, sent } = recording();
    const persisted = createPersistedQueryLink({ sha256, useGETForHashedQueries: hashed === 'GET' });
    const apollo = client(persisted.concat(new HttpLink({ uri: url, fetch })));
    const query = gql(newQuery());
    for (let times = 0; times < 2; times += 1) {
      const { data } = await apollo.query({ query, fetchPolicy: 'network-only' });
      assert.ok(data);
    }
    assertSentOnce(sent, hashed);
  });
}

test('a trusted document is named by the hash that was generated', async () => {
  const { fetch, sent } = recording();
  const persisted = createPersistedQueryLink({ generateHash: async (document) => generatedHash(document) });
  const apollo = client(persisted.concat(new HttpLink({ uri: trustingUrl, fetch })));
  const { data } = await apollo.query({ query: ShopsDocument });
  assert.ok(data.shops.length > 0);
  assert.deepEqual(sent, [{ method: 'POST', document: false, status: 200 }]);
});

test('a batch is refused in words that reach the developer', async () => {
  const apollo = client(new BatchHttpLink({ uri: url, batchInterval: 5 }));
  await assert.rejects(apollo.query({ query: gql`{ shops { id } }` }), (error) => {
    assert.ok(error instanceof ApolloError, String(error));
    assert.match(JSON.stringify(error.networkError), /Batches are not served: send one query in a request/);
    return true;
  });
});
