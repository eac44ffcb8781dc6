// What is asked of the schema and of operations. Run from the project's folder, in which both are: `npm run lint`.
import graphql from '@graphql-eslint/eslint-plugin';

const SCHEMA = 'schema.graphql';
const OPERATIONS = 'gateway/clients/operations/*.graphql';
const STOREFRONT = 'gateway/storefront/operations/*.graphql';
const PLAYGROUND = 'gateway/graphiql/operations/*.graphql';
const PROJECT = { schema: SCHEMA, documents: [OPERATIONS, STOREFRONT, PLAYGROUND] };

// Checks `files` by these rules, named without their prefix. The plugin knows one schema and one set of documents alone.
function checked(files, rules) {
  return {
    files: [files],
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: PROJECT } },
    plugins: { '@graphql-eslint': graphql },
    rules: Object.fromEntries(Object.entries(rules).map(([name, rule]) => [`@graphql-eslint/${name}`, rule])),
  };
}

// A set of rules that comes with the plugin.
function preset(name) {
  const { rules } = graphql.configs[`flat/${name}`];
  return Object.fromEntries(Object.entries(rules).map(([rule, how]) => [rule.replace('@graphql-eslint/', ''), how]));
}

// Types without an identity of their own, which no client's cache shall keep apart from what has them.
const VALUES = [
  'CardTechnology', 'ComparisonRow', 'FacetValue', 'Interfaces', 'Match', 'Money', 'MoneyRange', 'Output', 'PageInfo',
  'PowerConnector', 'PriceBucket', 'PriceDrop', 'PriceHistory', 'PricePoint', 'PriceStats', 'Source', 'Specs',
  'VideoCardChange', 'VideoCardComparison',
];

export default [
  checked(SCHEMA, {
    ...preset('schema-recommended'),
    ...preset('schema-relay'),
    // Whether a description stands on one line is up to what exports the schema.
    'description-style': 'off',
    'strict-id-in-types': ['error', { exceptions: { types: VALUES, suffixes: ['Connection', 'Edge'] } }],
    // Lists that are short by their nature have no pages.
    'relay-edge-types': [
      'error',
      { withEdgeSuffix: true, shouldImplementNode: true, listTypeCanWrapOnlyEdgeType: false },
    ],
  }),
  ...[OPERATIONS, STOREFRONT].map((operations) =>
    checked(operations, {
      ...preset('operations-recommended'),
      // One document a file, named as it is: who looks for an operation finds it.
      'lone-executable-definition': 'error',
      'match-document-filename': ['error', { query: 'kebab-case', subscription: 'kebab-case', fragment: 'kebab-case' }],
    }),
  ),
  // People read what the playground's operations bring, not caches, which want an `id` everywhere.
  checked(PLAYGROUND, { ...preset('operations-recommended'), 'require-selections': 'off' }),
];
