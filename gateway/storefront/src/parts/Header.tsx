// What stands above every page.
import { route } from '../address/here';
import { comparisonAddress } from '../address/route';
import { tray } from '../compare/tray';
import { language, NAMES, speak, words, type Language } from '../language';
import { nextTheme, theme } from '../theme';
import { SearchBox } from './SearchBox';

export function Header() {
  const say = words.value;
  const count = tray.value.length;
  return (
    <header class="header">
      <a class="skip" href="#main">
        {say.skip}
      </a>
      <div class="header-inner">
        <a class="brand" href="/" aria-label={say.title}>
          <svg viewBox="0 0 32 20" aria-hidden="true">
            <path class="brand-bracket" d="M1 1h3v18H1z" />
            <rect class="brand-body" x="5.5" y="3" width="25.5" height="12" rx="2" />
            <circle cx="13" cy="9" r="3.6" />
            <circle cx="23.5" cy="9" r="3.6" />
            <path class="brand-edge" d="M9 16h12v2H9z" />
          </svg>
          <span>{say.title}</span>
        </a>
        <SearchBox />
        <nav class="header-ways">
          <a
            class="button button-quiet"
            href={comparisonAddress(tray.value)}
            {...(route.value.page === 'compare' && { 'aria-current': 'page' })}
          >
            <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
              <path d="M3 4h5v12H3zM12 4h5v12h-5z" />
            </svg>
            <span class="wide">{say.compare}</span>
            {count > 0 && <span class="count">{count}</span>}
          </a>
          <Languages />
          <button
            type="button"
            class="button button-quiet"
            aria-label={say.theme[theme.value ?? 'auto']}
            title={say.theme[theme.value ?? 'auto']}
            onClick={nextTheme}
          >
            <ThemeIcon />
          </button>
        </nav>
      </div>
    </header>
  );
}

function Languages() {
  return (
    <div class="languages" role="group" aria-label={words.value.language}>
      {(Object.keys(NAMES) as Language[]).map((code) => (
        <button
          key={code}
          type="button"
          lang={code}
          title={NAMES[code]}
          aria-pressed={code === language.value}
          onClick={() => speak(code)}
        >
          {code.toUpperCase()}
          <span class="quiet"> {NAMES[code]}</span>
        </button>
      ))}
    </div>
  );
}

function ThemeIcon() {
  const shape = {
    light: (
      <>
        <circle cx="10" cy="10" r="3.5" />
        <path d="M10 1.5v2M10 16.5v2M1.5 10h2M16.5 10h2M4 4l1.4 1.4M14.6 14.6 16 16M4 16l1.4-1.4M14.6 5.4 16 4" />
      </>
    ),
    dark: <path d="M16.5 12.2A7 7 0 0 1 7.8 3.5a7 7 0 1 0 8.7 8.7z" />,
    auto: (
      <>
        <circle cx="10" cy="10" r="7" />
        <path class="icon-half" d="M10 3a7 7 0 0 1 0 14z" />
      </>
    ),
  }[theme.value ?? 'auto'];
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
      {shape}
    </svg>
  );
}
