// By what a card is known elsewhere, and why its listings are held to be one.
import type { SheetFragment } from '../../generated/graphql';
import { locale, words } from '../language';

export function Codes({ card }: { readonly card: SheetFragment }) {
  const say = words.value;
  const { by, confidence, explanation } = card.match;
  const percent = new Intl.NumberFormat(locale.value, { style: 'percent' }).format(confidence);
  const lists = [
    [say.mpns, card.mpns],
    [say.gtins, card.gtins],
  ] as const;
  return (
    <section class="block" aria-labelledby="codes">
      <h2 id="codes">{say.codes}</h2>
      <dl class="specs">
        {lists.map(
          ([label, values]) =>
            values.length > 0 && (
              <div class="spec" key={label}>
                <dt>{label}</dt>
                <dd class="codes">
                  {values.map((value) => (
                    <code key={value}>{value}</code>
                  ))}
                </dd>
              </div>
            ),
        )}
        <div class="spec">
          <dt>{say.whyOne}</dt>
          <dd>
            <span class="spec-value" title={explanation}>
              {say.matches[by]}
            </span>
            {by !== 'SINGLE_LISTING' && <span class="spec-source">{say.sure(percent)}</span>}
          </dd>
        </div>
      </dl>
    </section>
  );
}
