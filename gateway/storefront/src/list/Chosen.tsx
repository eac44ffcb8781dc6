// The conditions that narrow the list, each with a way to take it away.
import type { ListedChoicesQuery } from '../../generated/graphql';
import {
  changed,
  conditions,
  EVERYTHING,
  listAddress,
  technologyToggled,
  toggled,
  type Choice,
  type Span,
  type Wanted,
} from '../address/wanted';
import { quantity, wholeMoney } from '../format';
import { locale, words } from '../language';
import { labelOf } from './label';

type Choices = ListedChoicesQuery['videoCards'];

interface Props {
  readonly wanted: Wanted;
  // Undefined: not known yet.
  readonly choices: Choices | undefined;
}

interface Condition {
  readonly label: string;
  // The list without it.
  readonly without: Wanted;
}

export function Chosen({ wanted, choices }: Props) {
  const say = words.value;
  if (conditions(wanted) === 0 && wanted.search === '') return <div class="chosen" />;
  return (
    <ul class="chosen">
      {conditionsOf(wanted, choices).map(({ label, without }) => (
        <li key={label}>
          <a class="chip" href={listAddress(without)} data-stay aria-label={say.remove(label)}>
            {label} <span aria-hidden="true">×</span>
          </a>
        </li>
      ))}
      <li>
        <a class="chip chip-clear" href={listAddress({ ...EVERYTHING, sort: wanted.sort })} data-stay>
          {say.clearAll}
        </a>
      </li>
    </ul>
  );
}

function conditionsOf(wanted: Wanted, known: Choices | undefined): Condition[] {
  const say = words.value;
  const facets = known?.facets ?? [];
  const found: Condition[] = [];
  const push = (label: string, without: Wanted) => found.push({ label, without });
  if (wanted.search) push(say.quoted(wanted.search), changed(wanted, { search: '', sort: undefined }));
  for (const [choice, values] of Object.entries(wanted.choices)) {
    for (const value of values) push(labelOf(facets, choice, value), toggled(wanted, choice as Choice, value));
  }
  for (const code of wanted.having) {
    push(labelOf(facets, 'technologies', code), technologyToggled(wanted, code, 'having'));
  }
  for (const code of wanted.lacking) {
    push(say.without(labelOf(facets, 'technologies', code)), technologyToggled(wanted, code, 'lacking'));
  }
  const memory = spanInWords(wanted.memoryGb, (gb) => quantity(gb, say.units.gb, locale.value));
  if (memory) push(memory, changed(wanted, { memoryGb: {} }));
  const price = spanInWords(wanted.price, (amount) =>
    wholeMoney(amount, known?.priceStats?.min.currency, locale.value),
  );
  if (price) push(price, changed(wanted, { price: {} }));
  return found;
}

function spanInWords({ min, max }: Span, write: (value: number) => string): string | null {
  const say = words.value;
  if (min !== undefined && max !== undefined)
    return min === max ? write(min) : say.priceBetween(write(min), write(max));
  if (min !== undefined) return say.from(write(min));
  return max === undefined ? null : say.upTo(write(max));
}
