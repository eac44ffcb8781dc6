// Where the list's conditions stand: beside it where there is room, over it on a phone.
import { useRef, useState } from 'preact/hooks';
import { conditions, EVERYTHING, listAddress } from '../address/wanted';
import { counted, words } from '../language';
import { Filters, type Props } from './Filters';

// Beside the list, where there is room.
export function FilterPanel(props: Props) {
  return (
    <aside class="filters" aria-label={words.value.filters}>
      <Filters {...props} />
    </aside>
  );
}

// The button, and what it opens over the list.
export function FilterSheet(props: Props) {
  const { wanted, data } = props;
  const say = words.value;
  const dialog = useRef<HTMLDialogElement>(null);
  const [open, setOpen] = useState(false);
  const count = conditions(wanted);
  const total = data?.videoCards.totalCount;
  const show = () => {
    setOpen(true);
    dialog.current?.showModal();
  };
  const close = () => dialog.current?.close();
  return (
    <>
      <button type="button" class="button filters-open" onClick={show}>
        {count > 0 ? say.filtersWith(count) : say.filters}
      </button>
      <dialog
        ref={dialog}
        class="filters-sheet"
        aria-label={say.filters}
        onClose={() => setOpen(false)}
        onClick={(event) => event.target === dialog.current && close()}
      >
        <div class="filters-sheet-inner">
          <header>
            <h2>{say.filters}</h2>
            <button type="button" class="button button-quiet" onClick={close}>
              {say.close}
            </button>
          </header>
          {open && <Filters {...props} />}
          <footer>
            <a
              class="button button-quiet"
              href={listAddress({ ...EVERYTHING, search: wanted.search, sort: wanted.sort })}
              data-stay
            >
              {say.clearAll}
            </a>
            <button type="button" class="button button-loud" onClick={close}>
              {total === undefined ? say.close : counted(total, say.showCards)}
            </button>
          </footer>
        </div>
      </dialog>
    </>
  );
}
