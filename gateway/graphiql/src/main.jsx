// Mounts GraphiQL on the page. Nothing here may ask another host for anything: the gateway's users may have no internet.
import 'graphiql/setup-workers/vite';

import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-explorer/style.css';
import '@graphiql/plugin-history/style.css';
// Not graphiql/style.css, which holds all of these again, Monaco's style sheet, and 400 kB of fonts.
import 'graphiql/graphiql.css';
import './page.css';

import { explorerPlugin } from '@graphiql/plugin-explorer';
import { HISTORY_PLUGIN } from '@graphiql/plugin-history';
import { ImagePreview } from '@graphiql/react';
import { StorageAPI, createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';

import { graphqlUrl, subscriptionUrl } from './endpoint.js';
import { rememberFirstTab, tabs } from './tabs.js';

// What a variable of one of our scalars may look like, as JSON Schema. To GraphiQL alone they could be anything.
const scalars = {
  DateTime: { type: 'string', format: 'date-time' },
  Decimal: { type: 'string', pattern: '^-?[0-9]+(\\.[0-9]+)?$' },
};

const fetcher = createGraphiQLFetcher({
  url: graphqlUrl(location.href),
  // A socket is opened for a subscription alone, with what stands in the headers' editor as its connection's payload.
  subscriptionUrl: subscriptionUrl(location.href),
  // The gateway has no @defer or @stream; without them the fetcher asks for `application/graphql-response+json`.
  enableIncrementalDelivery: false,
});

// Else the pointer over an image's address in an answer fetches that image from its shop.
ImagePreview.shouldRender = () => false;

const plugins = [HISTORY_PLUGIN, explorerPlugin()];

rememberFirstTab(new StorageAPI());

createRoot(document.getElementById('graphiql')).render(
  <GraphiQL
    fetcher={fetcher}
    plugins={plugins}
    customScalarSchemas={scalars}
    defaultTabs={tabs}
    defaultEditorToolsVisibility="variables"
  >
    <GraphiQL.Logo>Video cards</GraphiQL.Logo>
  </GraphiQL>,
);
