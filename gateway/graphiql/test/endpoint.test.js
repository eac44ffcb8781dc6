import assert from 'node:assert/strict';
import { test } from 'node:test';

import { graphqlUrl, subscriptionUrl } from '../src/endpoint.js';

const cases = [
  // the page's address, where its operations go, where its subscriptions go
  ['http://127.0.0.1:8000/graphiql', 'http://127.0.0.1:8000/graphql', 'ws://127.0.0.1:8000/graphql'],
  ['http://127.0.0.1:8000/graphiql/', 'http://127.0.0.1:8000/graphql', 'ws://127.0.0.1:8000/graphql'],
  ['https://shop.example/graphiql', 'https://shop.example/graphql', 'wss://shop.example/graphql'],
  ['https://shop.example/api/v1/graphiql', 'https://shop.example/api/v1/graphql', 'wss://shop.example/api/v1/graphql'],
  ['http://localhost/graphiql?a=/b/#/c', 'http://localhost/graphql', 'ws://localhost/graphql'],
];

for (const [page, operations, subscriptions] of cases) {
  test(`a page at ${page} asks ${operations}`, () => {
    assert.equal(graphqlUrl(page), operations);
    assert.equal(subscriptionUrl(page), subscriptions);
  });
}
