// Subscriptions, over WebSocket and server-sent events, with the clients that frontends use for them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApolloClient, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { Client, fetchExchange, subscriptionExchange, type ExecutionResult, type OperationResult } from '@urql/core';
import { print, type GraphQLError } from 'graphql';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import { firstValueFrom } from 'rxjs';
import { WebSocket } from 'ws';
import {
  CardChangesDocument, CardPriceDropsDocument, CardTileFragmentDoc, ShopsDocument,
  type CardChangesSubscription, type CardPriceDropsSubscription,
} from '../generated/graphql.js';
import { possibleTypes, url } from './gateway.js';
import { FallingCard } from './shops.js';

const PATIENCE = { timeout: 30_000 };

function socket() {
  return createWsClient({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket });
}

test('Apollo follows a card on a socket, and its cache is what the gateway tells', PATIENCE, async () => {
  const card = await FallingCard.at(0);
  const client = socket();
  const apollo = new ApolloClient({ cache: new InMemoryCache({ possibleTypes }), link: new GraphQLWsLink(client) });
  const changes = apollo.subscribe({ query: CardChangesDocument, variables: { ids: [card.id] } });
  const { data } = await card.fallsUntil(firstValueFrom(changes));
  assert.equal(data?.videoCardChanged.kind, 'PRICE_CHANGED');
  const id = `VideoCard:${card.id}`;
  const kept = apollo.readFragment({ id, fragment: CardTileFragmentDoc, fragmentName: 'CardTile' });
  assert.deepEqual(kept?.bestOffer?.price, data.videoCardChanged.card.bestOffer?.price);
  // The socket answers queries too.
  const { data: shops } = await apollo.query({ query: ShopsDocument });
  assert.ok((shops?.shops.length ?? 0) > 0);
  await client.dispose();
});

test('a socket that broke goes on after the last cursor', PATIENCE, async () => {
  const card = await FallingCard.at(1);
  const query = print(CardChangesDocument);
  async function next(variables: { ids: string[]; after?: string }) {
    const client = socket();
    for await (const { data, errors } of client.iterate<CardChangesSubscription>({ query, variables })) {
      // Of a change whose card can't be read in time the gateway says so, and goes on with the next.
      if (errors?.[0]?.extensions?.['code'] === 'UNAVAILABLE') continue;
      await client.dispose();
      assert.ok(data, JSON.stringify(errors));
      return data.videoCardChanged;
    }
    return assert.fail('the gateway ended the subscription');
  }
  const ids = [card.id];
  const first = await card.fallsUntil(next({ ids }));
  const second = await card.fallsUntil(next({ ids, after: first.cursor }));
  assert.notEqual(second.cursor, first.cursor);
  // Nothing is changed any more: what comes was missed.
  const missed = await next({ ids, after: first.cursor });
  assert.deepEqual(missed.cursor, second.cursor);
});

test('urql hears of a price that fell, by server-sent events', PATIENCE, async () => {
  const card = await FallingCard.at(2);
  const events = createSseClient({ url });
  const subscriptions = subscriptionExchange({
    forwardSubscription: ({ query = '', variables = {} }) => ({
      subscribe: (sink) => ({
        unsubscribe: events.subscribe({ query, variables }, {
          next: (result) => sink.next(result as ExecutionResult),
          error: (error) => sink.error(error),
          complete: () => sink.complete(),
        }),
      }),
    }),
  });
  const urql = new Client({ url, exchanges: [fetchExchange, subscriptions], preferGetMethod: false });
  const drops = urql.subscription(CardPriceDropsDocument, { ids: [card.id], below: '100000' });
  const told = new Promise<OperationResult<CardPriceDropsSubscription>>((resolve) => drops.subscribe(resolve));
  const { data, error } = await card.fallsUntil(told);
  assert.equal(error, undefined);
  assert.equal(data?.priceDropped.card.id, card.id);
  events.dispose();
});

test('what is wrong with a subscription is told with its code', PATIENCE, async () => {
  const request = { query: print(CardPriceDropsDocument), variables: { below: 'much' } };
  const client = socket();
  await assert.rejects(client.iterate(request).next(), (errors) => {
    assert.equal((errors as GraphQLError[])[0]?.extensions?.['code'], 'GRAPHQL_VALIDATION_FAILED');
    return true;
  });
  await client.dispose();
  const events = createSseClient({ url });
  const { value } = await events.iterate(request).next();
  assert.equal(value?.errors?.[0]?.extensions?.['code'], 'GRAPHQL_VALIDATION_FAILED');
  events.dispose();
});
