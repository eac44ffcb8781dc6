import type { CodegenConfig } from '@graphql-codegen/cli';
import { addTypenameSelectionDocumentTransform } from '@graphql-codegen/client-preset';

// What a scalar is in TypeScript. A decimal stays text, so that no amount of money becomes a binary fraction; its type
// takes no text that is no number.
const text = { input: 'string', output: 'string' };
const decimal = { input: '`${number}`', output: '`${number}`' };

// Turns operations into typed documents: `client.query({ query: CardListDocument, … })` knows its variables and its data.
const config: CodegenConfig = {
  schema: '../../schema.graphql',
  documents: 'operations/*.graphql',
  generates: {
    './generated/': {
      preset: 'client',
      // Apollo's cache knows objects by their type and id, so a trusted document has to ask for the type by itself.
      documentTransforms: [addTypenameSelectionDocumentTransform],
      presetConfig: {
        fragmentMasking: false,
        // Writes the manifest that the gateway takes as TRUSTED_DOCUMENTS, and puts each document's hash into it.
        persistedDocuments: { mode: 'embedHashInDocument', hashAlgorithm: 'sha256' },
      },
      config: {
        scalars: { ID: text, DateTime: text, Date: text, Decimal: decimal, URL: text },
        // A scalar that is not named above is an error, not `any`.
        strictScalars: true,
        enumsAsTypes: true,
        useTypeImports: true,
      },
    },
  },
  emitLegacyCommonJSImports: false,
};

export default config;
