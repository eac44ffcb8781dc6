// Several things in one line, none of which is torn: `3 × DisplayPort 1.4a, 1 × HDMI 2.1`.
import { Fragment } from 'preact';

export function Listed({ text }: { readonly text: string }) {
  const things = text.split(', ');
  if (things.length === 1) return <>{text}</>;
  return (
    <>
      {things.map((thing, place) => (
        <Fragment key={place}>
          {place > 0 && ' '}
          <span class="listed">{place < things.length - 1 ? `${thing},` : thing}</span>
        </Fragment>
      ))}
    </>
  );
}
