// Puts a card aside to compare it, wherever it is shown.
import { MOST_COMPARED } from '../address/route';
import { words } from '../language';
import { putAside, tray } from './tray';

export function CompareChoice({ id, name }: { readonly id: string; readonly name: string }) {
  const say = words.value;
  const aside = tray.value.includes(id);
  const full = !aside && tray.value.length >= MOST_COMPARED;
  return (
    <label class="compare-choice" title={full ? say.compareFull : undefined}>
      <input
        type="checkbox"
        checked={aside}
        disabled={full}
        aria-label={say.compareOne(name)}
        onChange={(event) => putAside(id, event.currentTarget.checked)}
      />
      <span aria-hidden="true">{say.compare}</span>
    </label>
  );
}
