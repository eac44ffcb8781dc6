import type { CodegenConfig } from '@graphql-codegen/cli';

// What a scalar is in TypeScript. A decimal stays text, so that no amount of money becomes a binary fraction.
const text = { input: 'string', output: 'string' };
const decimal = { input: '`${number}`', output: '`${number}`' };

// Turns operations into typed names of documents: the page holds no GraphQL, only what the gateway knows each document
// by. `persisted-documents.json`, which the gateway has built in, is what the names stand for.
const config: CodegenConfig = {
  schema: '../../schema.graphql',
  documents: 'operations/*.graphql',
  generates: {
    './generated/': {
      preset: 'client',
      presetConfig: {
        fragmentMasking: false,
        persistedDocuments: { mode: 'replaceDocumentWithHash', hashAlgorithm: 'sha256' },
      },
      config: {
        scalars: { ID: text, DateTime: text, Date: text, Decimal: decimal, URL: text },
        // A scalar that is not named above is an error, not `any`.
        strictScalars: true,
        // The page has to know all values of some of them; of the others nothing is left in the build.
        enumsAsConst: true,
        useTypeImports: true,
        skipTypename: true,
        avoidOptionals: { field: true },
      },
    },
  },
  emitLegacyCommonJSImports: false,
};

export default config;
