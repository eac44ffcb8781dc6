// What several pages do.
import { useEffect, useRef, useState } from 'preact/hooks';
import { words } from '../language';
import { health } from './shops';

// The present, looked at now and then: ages are told by it.
export function useNow(everyMs = 15_000): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

export function useTitle(title: string | undefined): void {
  const site = words.value.title;
  useEffect(() => {
    document.title = title ? `${title} – ${site}` : site;
  }, [title, site]);
}

// Calls back when a shop falls silent, or speaks again.
export function useShopsChange(changed: () => void): void {
  const known = useRef(health.value);
  useEffect(() => {
    if (known.current === health.value) return;
    known.current = health.value;
    changed();
  }, [health.value]);
}
