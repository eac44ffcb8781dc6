// urql, with its exchange for persisted documents.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, cacheExchange, fetchExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { CardListDocument, ShopsDocument, type CardListQueryVariables } from '../generated/graphql.js';
import { assertEachOnce, assertSentOnce, generatedHash, newQuery, recording, trustingUrl, url } from './gateway.js';

for (const method of ['POST', 'GET'] as const) {
  test(`pages follow each other, asked by ${method}`, async () => {
    const { fetch, sent } = recording();
    const preferGetMethod = method === 'GET' ? 'force' : false;
    const urql = new Client({ url, fetch, exchanges: [cacheExchange, fetchExchange], preferGetMethod });
    const ids: string[] = [];
    const variables: CardListQueryVariables = { first: 10, sort: 'NAME_ASC' };
    for (let page = 0; page < 3; page += 1) {
      const { data, error } = await urql.query(CardListDocument, { ...variables }).toPromise();
      assert.equal(error, undefined);
      ids.push(...(data?.videoCards.edges.map((edge) => edge.node.id) ?? []));
      variables.after = data?.videoCards.pageInfo.endCursor ?? null;
    }
    assertEachOnce(ids, 30);
    assert.ok(sent.every((request) => request.method === method));
  });

  test(`a persisted query is sent once, then named by its hash, by ${method}`, async () => {
    const { fetch, sent } = recording();
    const preferGetForPersistedQueries = method === 'GET' ? 'force' : false;
    const exchanges = [persistedExchange({ preferGetForPersistedQueries }), fetchExchange];
    const urql = new Client({ url, fetch, exchanges, preferGetMethod: false, requestPolicy: 'network-only' });
    const query = newQuery();
    for (let times = 0; times < 2; times += 1) {
      const { data, error } = await urql.query(query, {}).toPromise();
      assert.equal(error, undefined);
      assert.ok(data);
    }
    assertSentOnce(sent, method);
  });
}

test('an error has its code', async () => {
  const urql = new Client({ url, exchanges: [fetchExchange], preferGetMethod: false });
  for (const [query, code] of [
    ['{ videoCards(first: -1) { totalCount } }', 'BAD_PAGE_SIZE'],
    ['{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
  ] as const) {
    const { error } = await urql.query(query, {}).toPromise();
    assert.equal(error?.graphQLErrors[0]?.extensions['code'], code);
  }
});

test('a trusted document is named by the hash that was generated', async () => {
  const { fetch, sent } = recording();
  const persisted = persistedExchange({
    enforcePersistedQueries: true,
    preferGetForPersistedQueries: false,
    generateHash: async (_, document) => generatedHash(document),
  });
  const urql = new Client({ url: trustingUrl, fetch, exchanges: [persisted, fetchExchange], preferGetMethod: false });
  const { data, error } = await urql.query(ShopsDocument, {}).toPromise();
  assert.equal(error, undefined);
  assert.ok((data?.shops.length ?? 0) > 0);
  assert.deepEqual(sent, [{ method: 'POST', document: false, status: 200 }]);
});
