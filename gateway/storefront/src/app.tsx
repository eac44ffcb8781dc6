// The page that belongs to the address, between what stands above and below every page.
import { useEffect, useRef } from 'preact/hooks';
import { route } from './address/here';
import { CardPage } from './card/CardPage';
import { ComparePage } from './compare/ComparePage';
import { words } from './language';
import { ListPage } from './list/ListPage';
import { Header } from './parts/Header';
import { useTitle } from './parts/hooks';
import { Notice } from './parts/Notice';

export function App() {
  const here = route.value;
  const main = useRef<HTMLElement>(null);
  const shown = here.page === 'card' ? here.id : here.page;
  const before = useRef(shown);
  // Who can't see that the page is another one is taken to it.
  useEffect(() => {
    if (before.current !== shown) main.current?.focus({ preventScroll: true });
    before.current = shown;
  }, [shown]);
  return (
    <>
      <Header />
      <main id="main" ref={main} tabIndex={-1}>
        <Page />
      </main>
      <footer class="footer">
        <p>{words.value.foot}</p>
      </footer>
    </>
  );
}

function Page() {
  const here = route.value;
  switch (here.page) {
    case 'list':
      return <ListPage wanted={here.wanted} />;
    case 'card':
      return <CardPage key={here.id} id={here.id} />;
    case 'compare':
      return <ComparePage ids={here.ids} />;
    case 'nowhere':
      return <Nowhere />;
  }
}

function Nowhere() {
  const say = words.value;
  useTitle(say.nowhere);
  return (
    <Notice level={1} heading={say.nowhere}>
      <a class="button" href="/">
        {say.toList}
      </a>
    </Notice>
  );
}
