// The tabs that the page opens with on a first visit: one for each file in operations/, in the order of their names,
// with the variables that stand in the JSON file of the same name, if there is one.
const operations = import.meta.glob('../operations/*.graphql', { query: '?raw', import: 'default', eager: true });
const variables = import.meta.glob('../operations/*.json', { query: '?raw', import: 'default', eager: true });

export const tabs = Object.keys(operations)
  .sort()
  .map((path) => ({
    query: operations[path],
    variables: variables[path.replace(/\.graphql$/, '.json')],
  }));

/**
 * On a first visit, stores the first tab the way that GraphiQL stores a tab once it has been chosen. Without this its
 * variables' editor stays empty until one goes to another tab and back (graphql/graphiql#3392).
 */
export function rememberFirstTab(storage) {
  if (storage.get('tabState') === null) {
    storage.set('query', tabs[0].query);
    storage.set('variables', tabs[0].variables);
  }
}
