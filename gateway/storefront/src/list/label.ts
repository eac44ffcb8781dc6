// What people call a value of a facet: in their language where the API has only a word of its own.
import type { ListedChoicesQuery } from '../../generated/graphql';
import { words } from '../language';

export type Facets = ListedChoicesQuery['videoCards']['facets'];

export function labelOf(facets: Facets, facet: string, value: string): string {
  const say = words.value;
  if (facet === 'availability') return say.availability[value as keyof typeof say.availability] ?? value;
  if (facet === 'chipMakers') return say.chipMakers[value] ?? value;
  const values = facets.find(({ id }) => id === facet)?.values;
  return values?.find((one) => one.value === value)?.label ?? value;
}
