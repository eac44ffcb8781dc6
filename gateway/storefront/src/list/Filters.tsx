// The conditions by which a list can be narrowed, each with what it would leave.
import type { ListedChoicesQuery } from '../../generated/graphql';
import { go } from '../address/here';
import { changed, CHOICES, listAddress, technologyToggled, toggled, type Choice, type Wanted } from '../address/wanted';
import { quantity } from '../format';
import { locale, words } from '../language';
import { labelOf, type Facets } from './label';
import { PriceRange } from './PriceRange';

type Value = Facets[number]['values'][number];

export interface Props {
  readonly wanted: Wanted;
  // Undefined: not known yet.
  readonly data: ListedChoicesQuery | undefined;
  // Whether it could not be told: then nobody is made to wait for it.
  readonly failed: boolean;
}

const WAITING = 6;

export function Filters({ wanted, data, failed }: Props) {
  if (!data) {
    if (failed) return null;
    return (
      <>
        {Array.from({ length: WAITING }, (_, place) => (
          <div key={place} class="bone bone-filter" />
        ))}
      </>
    );
  }
  const { facets, priceStats } = data.videoCards;
  const values = (id: string): readonly Value[] => facets.find((facet) => facet.id === id)?.values ?? [];
  return (
    <>
      <PriceRange wanted={wanted} stats={priceStats} />
      <Memory wanted={wanted} values={values('memoryGb')} />
      <Choices of="chipMakers" wanted={wanted} facets={facets} />
      <Choices of="brands" wanted={wanted} facets={facets} />
      <Choices of="gpus" wanted={wanted} facets={facets} />
      <Technologies wanted={wanted} values={values('technologies')} />
      <Choices of="outputs" wanted={wanted} facets={facets} />
      <Choices of="availability" wanted={wanted} facets={facets} />
      <Choices of="shops" wanted={wanted} facets={facets} />
    </>
  );
}

function show(wanted: Wanted): void {
  go(listAddress(wanted), { stay: true });
}

function Choices({ of, wanted, facets }: { readonly of: Choice; readonly wanted: Wanted; readonly facets: Facets }) {
  const chosen = wanted.choices[of];
  const found = facets.find((facet) => facet.id === of)?.values ?? [];
  // What the address asks for is shown also where no card has it.
  const missing = chosen.filter((value) => !found.some((one) => one.value === value));
  const all = [...found, ...missing.map((value) => ({ value, label: value, count: 0 }))];
  if (all.length === 0) return null;
  const label = ({ value }: Value) => labelOf(facets, of, value);
  return (
    <fieldset class="filter">
      <legend>{words.value.facets[of]}</legend>
      <ul class="choices">
        {sorted(of, all, label).map((one) => (
          <li key={one.value}>
            <label class="choice" data-none={one.count === 0}>
              <input
                type="checkbox"
                name={CHOICES[of]}
                checked={chosen.includes(one.value)}
                onChange={() => show(toggled(wanted, of, one.value))}
              />
              <span class="choice-label">{label(one)}</span>
              <Count of={one.count} />
            </label>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}

// By name, so that nothing moves under the pointer when counts change; availabilities in the order of their use.
function sorted(of: Choice, values: readonly Value[], label: (value: Value) => string): Value[] {
  if (of === 'availability') {
    const order = Object.keys(words.value.availability);
    return [...values].sort((one, other) => order.indexOf(one.value) - order.indexOf(other.value));
  }
  const collator = new Intl.Collator(locale.value, { numeric: true });
  return [...values].sort((one, other) => collator.compare(label(one), label(other)));
}

function Technologies({ wanted, values }: { readonly wanted: Wanted; readonly values: readonly Value[] }) {
  const say = words.value;
  if (values.length === 0) return null;
  const collator = new Intl.Collator(locale.value);
  return (
    <fieldset class="filter">
      <legend>{say.facets['technologies']}</legend>
      <ul class="choices">
        {[...values]
          .sort((one, other) => collator.compare(one.label, other.label))
          .map(({ value, label, count }) => {
            const lacking = wanted.lacking.includes(value);
            return (
              <li key={value} class="choice-pair" data-lacking={lacking}>
                <label class="choice" data-none={count === 0}>
                  <input
                    type="checkbox"
                    name="with"
                    checked={wanted.having.includes(value)}
                    aria-label={say.having(label)}
                    onChange={() => show(technologyToggled(wanted, value, 'having'))}
                  />
                  <span class="choice-label">{label}</span>
                  <Count of={count} />
                </label>
                <button
                  type="button"
                  class="choice-not"
                  aria-pressed={lacking}
                  aria-label={say.lacking(label)}
                  title={say.lacking(label)}
                  onClick={() => show(technologyToggled(wanted, value, 'lacking'))}
                >
                  <svg viewBox="0 0 16 16" aria-hidden="true">
                    <circle cx="8" cy="8" r="5.5" />
                    <path d="m4.2 11.8 7.6-7.6" />
                  </svg>
                </button>
              </li>
            );
          })}
      </ul>
    </fieldset>
  );
}

function Memory({ wanted, values }: { readonly wanted: Wanted; readonly values: readonly Value[] }) {
  const say = words.value;
  const { min, max } = wanted.memoryGb;
  const ends = [
    ['min', say.atLeast, min, (gb: number) => max === undefined || gb <= max],
    ['max', say.atMost, max, (gb: number) => min === undefined || gb >= min],
  ] as const;
  const set = (end: 'min' | 'max', text: string) => {
    const { [end]: _, ...other } = wanted.memoryGb;
    show(changed(wanted, { memoryGb: text === '' ? other : { ...other, [end]: Number(text) } }));
  };
  // Both ends are whole numbers of GB for the API.
  const sizes = values.filter(({ value }) => /^\d+$/.test(value));
  return (
    <fieldset class="filter">
      <legend>{say.facets['memoryGb']}</legend>
      <div class="span">
        {ends.map(([end, label, value, possible]) => (
          <label key={end}>
            <span>{label}</span>
            <select value={value ?? ''} onChange={(event) => set(end, event.currentTarget.value)}>
              <option value="">{say.any}</option>
              {sizes
                .filter((size) => possible(Number(size.value)))
                .map((size) => (
                  <option key={size.value} value={size.value}>
                    {quantity(Number(size.value), say.units.gb, locale.value)} ({size.count})
                  </option>
                ))}
            </select>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Count({ of }: { readonly of: number }) {
  return <span class="choice-count">{new Intl.NumberFormat(locale.value).format(of)}</span>;
}
