// Draws the lines of a history. Loaded when a chart is to be seen, with the library that draws it.
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { wholeMoney } from '../format';
import type { Steps } from './steps';

const HEIGHT = 260;

export interface Labels {
  readonly when: string;
  // Of each line, by its offer.
  readonly offers: ReadonlyMap<string, string>;
}

// Draws into an element, and follows its width, until the returned function is called.
export function draw(place: HTMLElement, steps: Steps, labels: Labels, language: string): () => void {
  const css = getComputedStyle(place);
  const colour = (name: string) => css.getPropertyValue(`--chart-${name}`).trim();
  const axis = {
    stroke: colour('text'),
    grid: { stroke: colour('grid'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui, sans-serif',
  };
  const currencies = [...new Set(steps.lines.map(({ currency }) => currency))];
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  const options: uPlot.Options = {
    width: place.clientWidth,
    height: HEIGHT,
    // The last moment's label is as wide to the right of it as to the left.
    padding: [12, 28, 0, 0],
    cursor: { y: false, points: { size: 7 } },
    legend: { live: true },
    scales: Object.fromEntries(currencies.map((currency) => [currency, { range: around }])),
    axes: [
      { ...axis, space: 90, size: 32, values: (_, times) => times.map((time) => date(time, times, language)) },
      ...currencies.map((currency, place): uPlot.Axis => ({
        ...axis,
        scale: currency,
        side: place === 0 ? 3 : 1,
        size: 64,
        grid: place === 0 ? axis.grid : { show: false },
        values: (_, amounts) => amounts.map((amount) => wholeMoney(amount, currency, language)),
      })),
    ],
    series: [
      { label: labels.when, value: (chart, time, line) => exact(time ?? latest(chart, line) ?? 0, language) },
      ...steps.lines.map(({ offerId, currency }, place): uPlot.Series => ({
        label: labels.offers.get(offerId) ?? '',
        scale: currency,
        stroke: colour(`${(place % 4) + 1}`),
        width: 2,
        points: { show: false },
        ...(stepped && { paths: stepped }),
        value: (chart, amount, line, moment) => {
          const told = moment === null ? latest(chart, line) : amount;
          return told === null ? '—' : wholeMoney(told, currency, language);
        },
      })),
    ],
  };
  const data = [[...steps.times], ...steps.lines.map(({ prices }) => [...prices])] as uPlot.AlignedData;
  const chart = new uPlot(options, data, place);
  const widths = new ResizeObserver(() => chart.setSize({ width: place.clientWidth, height: HEIGHT }));
  widths.observe(place);
  return () => {
    widths.disconnect();
    chart.destroy();
  };
}

// Room above and below the lines; a price that never moved stands in the middle.
function around(_: uPlot, least: number, most: number): uPlot.Range.MinMax {
  const room = Math.max((most - least) * 0.15, most * 0.02);
  return [least - room, most + room];
}

// What holds now, which is told where nobody points at another moment.
function latest(chart: uPlot, line: number): number | null {
  return chart.data[line]?.at(-1) ?? null;
}

const MINUTE = 60;
const DAY = 86_400;

// Times of one day by the clock, others by the day.
function date(time: number, among: readonly number[], language: string): string {
  const span = (among.at(-1) ?? 0) - (among[0] ?? 0);
  const clock: Intl.DateTimeFormatOptions = {
    hour: '2-digit',
    minute: '2-digit',
    ...(span < 10 * MINUTE && { second: '2-digit' }),
  };
  const options: Intl.DateTimeFormatOptions = span < 2 * DAY ? clock : { day: 'numeric', month: 'short' };
  return new Intl.DateTimeFormat(language, options).format(time * 1000);
}

function exact(time: number, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(time * 1000);
}
