// Where the page's operations go: to `graphql` beside the page, whatever path prefix a proxy has put before both.
// Pure, so that it can be tested without a browser.

/** The address that answers operations over HTTP, for a page at `pageUrl`. */
export function graphqlUrl(pageUrl) {
  const page = new URL(pageUrl);
  const path = page.pathname.replace(/\/+$/, '');
  return new URL('graphql', page.origin + path).href;
}

/** The address that takes subscriptions by WebSocket: the same one, encrypted where the page is. */
export function subscriptionUrl(pageUrl) {
  return graphqlUrl(pageUrl).replace(/^http/, 'ws');
}
