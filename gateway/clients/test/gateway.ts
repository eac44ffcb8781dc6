// The gateways that the tests ask, and what the tests of all clients share.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

// Set by gateway/tests/clients.rs; by hand, a gateway that runs already will do.
const gateway = process.env['GATEWAY_URL'] ?? 'http://127.0.0.1:8000';
export const url = `${gateway}/graphql`;
export const playgroundUrl = `${gateway}/graphiql`;
// A gateway that answers the documents of generated/persisted-documents.json alone.
export const trustingUrl = `${process.env['TRUSTING_GATEWAY_URL'] ?? 'http://127.0.0.1:8001'}/graphql`;

// Which types are nodes, as Apollo's cache wants to know it.
export const possibleTypes = { Node: ['VideoCard', 'Brand', 'Gpu', 'Technology', 'Shop', 'Offer'] };

export interface Sent {
  method: string;
  // Whether the document itself was sent, not only what names it.
  document: boolean;
  status: number;
}

// A fetch that remembers what went over the wire.
export function recording(): { fetch: typeof fetch; sent: Sent[] } {
  const sent: Sent[] = [];
  const recorded: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    const method = init?.method ?? 'GET';
    const document =
      method === 'GET' ? new URL(String(input)).searchParams.has('query') : 'query' in JSON.parse(String(init?.body));
    sent.push({ method, document, status: response.status });
    return response;
  };
  return { fetch: recorded, sent };
}

// A query that nobody has sent before.
export function newQuery(): string {
  return `query Unheard${process.pid}${process.hrtime.bigint()} { shops { id } }`;
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

// The hash that graphql-codegen has put into a generated document, by which the manifest knows it.
export function generatedHash(document: object): string {
  const meta = (document as { __meta__?: { hash?: string } }).__meta__;
  assert.ok(meta?.hash, 'the document was not generated');
  return meta.hash;
}

// A persisted query is asked for by its hash, then sent with it, then known: by POST or, where it is only named, GET.
export function assertSentOnce(sent: Sent[], hashed: 'GET' | 'POST'): void {
  assert.deepEqual(sent.map(({ document }) => document), [false, true, false]);
  assert.deepEqual([sent[0]?.method, sent[2]?.method], [hashed, hashed]);
}

export function assertEachOnce(ids: string[], count: number): void {
  assert.equal(ids.length, count);
  assert.equal(new Set(ids).size, count);
}
