// Asks the gateway over HTTP. The page holds no GraphQL: a document is named by the hash under which the gateway knows
// it, so that questions are short, can be cached by address, and are answered where only trusted documents are.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { failureOf, offline, readRetryAfter } from './failure';

export type Document<D, V> = TypedDocumentNode<D, V>;

export interface Answer<D> {
  readonly data: D;
  // When it was worked out, if it is an older one that is given because the catalogue can't be read.
  readonly asOf: string | undefined;
}

interface Body<D> {
  readonly data?: D | null;
  readonly errors?: readonly { message: string; extensions?: { code?: string } }[];
  readonly extensions?: { readonly stale?: { readonly asOf: string } };
}

// What the gateway knows a document by: the SHA-256 of its text, in hexadecimal digits.
export function hashOf(document: object): string {
  return (document as { __meta__: { hash: string } }).__meta__.hash;
}

// Rejects with a `Failure`. `anew`: an answer that the browser has kept won't do.
export async function ask<D, V>(
  document: Document<D, V>,
  variables: V,
  { signal, anew = false }: { signal?: AbortSignal; anew?: boolean } = {},
): Promise<Answer<D>> {
  const query = new URLSearchParams({ documentId: `sha256:${hashOf(document)}`, variables: JSON.stringify(variables) });
  let response: Response;
  let body: Body<D>;
  try {
    response = await fetch(`/graphql?${query}`, {
      headers: { accept: 'application/graphql-response+json' },
      cache: anew ? 'no-cache' : 'default',
      ...(signal && { signal }),
    });
    body = (await response.json()) as Body<D>;
  } catch (error) {
    if (signal?.aborted) throw error;
    throw offline();
  }
  // Every page needs all of what it asks for: half an answer is none.
  if (body.errors || !body.data) {
    throw failureOf(body.errors ?? [], readRetryAfter(response.headers.get('retry-after')));
  }
  return { data: body.data, asOf: body.extensions?.stale?.asOf };
}
