import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSchema } from 'graphql';
import { broken, deprecated, operationsOf } from '../compatibility/operations.js';

const FILES = [
  { path: 'card.graphql', text: 'query Card($id: ID!) { card(id: $id) { ...Tile offers { price } } }' },
  { path: 'tile.graphql', text: 'fragment Tile on Card { name ...Sold }  fragment Sold on Card { sold }' },
  { path: 'by.graphql', text: 'query By($sort: Sort) { cards(sort: $sort) { name } }', variables: { sort: 'PRICE' } },
  { path: 'wrong.graphql', text: '{ nothing }' },
];
const BEFORE = `
  type Query { card(id: ID!): Card  cards(sort: Sort): [Card!]! }
  type Card { name: String!  sold: Boolean  offers: [Offer!]!  unused: Int }
  type Offer { price: String! }
  enum Sort { NAME PRICE }
`;
// What is changed, into what, and which operations break by it and why.
const CASES: [from: string, to: string, why: string[]][] = [
  ['unused: Int', '', []],
  ['sold: Boolean', 'sold: Boolean!', []],
  ['unused: Int', 'unused: Int  more(first: Int): String', []],
  ['name: String!', '', ['Card: Cannot query field "name" on type "Card".', 'By: Cannot query field "name" on type "Card".']],
  ['sold: Boolean', 'sold: Int', ['Card: ...Sold.sold was Boolean and is Int.']],
  ['price: String!', 'price: String', ['Card: card.offers.price was String! and is String.']],
  ['offers: [Offer!]!', 'offers: [Offer]!', ['Card: card.offers was [Offer!]! and is [Offer]!.']],
  ['(sort: Sort)', '(sort: Sort!)', ['By: Variable "$sort" of type "Sort" used in position expecting type "Sort!".']],
  ['NAME PRICE', 'NAME', ['By: Variable "$sort" got invalid value "PRICE"; Value "PRICE" does not exist in "Sort" enum.']],
];

for (const [from, to, why] of CASES) {
  test(`"${to}" instead of "${from}" breaks ${why.length} of the operations`, () => {
    const [before, now] = [buildSchema(BEFORE), buildSchema(BEFORE.replace(from, to))];
    const reasons = operationsOf(FILES).flatMap((operation) =>
      broken(operation, before, now).map((reason) => `${operation.name}: ${reason}`),
    );
    assert.deepEqual(reasons, why);
  });
}

test('what is deprecated is told for the operations that use it', () => {
  const schema = buildSchema(BEFORE.replace('sold: Boolean', 'sold: Boolean @deprecated(reason: "see offers")'));
  const told = operationsOf(FILES).map((operation) => deprecated(operation, schema));
  assert.deepEqual(told, [['The field Card.sold is deprecated. see offers'], [], []]);
});
