// The ways to the pages before and behind. They are links: a page can be opened beside this one, or shared.
import type { ListedCardsQuery } from '../../generated/graphql';
import { changed, listAddress, type Wanted } from '../address/wanted';
import { words } from '../language';

interface Props {
  readonly wanted: Wanted;
  readonly pageInfo: ListedCardsQuery['videoCards']['pageInfo'];
}

export function Paging({ wanted, pageInfo }: Props) {
  const say = words.value;
  const { hasPreviousPage, hasNextPage, startCursor, endCursor } = pageInfo;
  if (!hasPreviousPage && !hasNextPage) return null;
  const at = (place: Partial<Wanted>) => listAddress(changed(wanted, place));
  return (
    <nav class="paging" aria-label={say.page}>
      {hasPreviousPage && (
        <a class="button button-quiet" href={at({})}>
          {say.first}
        </a>
      )}
      <span class="paging-gap" />
      {hasPreviousPage && startCursor && (
        <a class="button" rel="prev" href={at({ before: startCursor })}>
          ← {say.previous}
        </a>
      )}
      {hasNextPage && endCursor && (
        <a class="button" rel="next" href={at({ after: endCursor })}>
          {say.next} →
        </a>
      )}
    </nav>
  );
}
