/** Signs that gather into one when they are close: the worst one and how many. */

import { FONT_BOLD } from '../palette';
import type { ExpressionSpecification, SourceSpecification } from '../types';
import type { LegendMark, ThemeLayer } from './theme';

export const NOTHING = { type: 'FeatureCollection' as const, features: [] };

/** A source of points with `severity`, whose clusters know their worst. */
export function gathering(): SourceSpecification {
  return {
    type: 'geojson',
    data: NOTHING,
    cluster: true,
    clusterRadius: 46,
    clusterMaxZoom: 15,
    clusterProperties: { worst: ['max', ['get', 'severity']] },
  };
}

interface Worst {
  severity: number;
  colour: string;
  sign: string;
  key: string;
}

const gathered: ExpressionSpecification = ['has', 'point_count'];

function byWorst(worsts: readonly Worst[], pick: (worst: Worst) => string): ExpressionSpecification {
  const cases = worsts.slice(1).flatMap((worst) => [worst.severity, pick(worst)]);
  return ['match', ['get', 'worst'], ...cases, pick(worsts[0] as Worst)] as unknown as ExpressionSpecification;
}

/** The entries that a single sign calls for: each in the colour and figure of that sign, the mark of a delay only where it is meant. */
export function marksOf({ legend, sign, severity }: Record<string, unknown>): LegendMark[] {
  const own = String(sign);
  const plain = own.startsWith('due-') ? own : own.replace(/-overdue$/, '');
  return String(legend)
    .split(' ')
    .map((key) => ({ key, sign: key.endsWith('-overdue') ? own : plain, weight: Number(severity) }));
}

/** The layers of one gathering source; `worsts` from the worst down. */
export function gatheredLayers(source: string, worsts: readonly Worst[]): ThemeLayer[] {
  const cluster = (properties: Record<string, unknown>): LegendMark[] => {
    const worst = worsts.find(({ severity }) => severity === properties['worst']);
    if (worst === undefined) return [];
    const { key, sign, severity: weight } = worst;
    return [{ key, sign, weight }, { key: `${source}-gathered`, sign: `gathered-${key}`, weight }];
  };
  return [
    {
      slot: 'signs',
      spec: {
        id: `${source}-gathered-disc`,
        type: 'circle',
        source,
        filter: gathered,
        paint: {
          'circle-radius': ['interpolate', ['linear'], ['get', 'point_count'], 2, 18, 100, 25],
          'circle-color': '#fffdf8',
          'circle-stroke-color': byWorst(worsts, ({ colour }) => colour),
          'circle-stroke-width': 3,
          'circle-opacity': 0.96,
        },
      },
      legend: cluster,
    },
    {
      slot: 'signs',
      spec: {
        id: `${source}-gathered`,
        type: 'symbol',
        source,
        filter: gathered,
        layout: {
          'icon-image': byWorst(worsts, ({ sign }) => sign),
          'icon-size': 0.62,
          'icon-offset': [0, -13],
          'icon-allow-overlap': true,
          // Wide enough that names keep clear of the whole disc.
          'icon-padding': 14,
          'text-field': ['to-string', ['get', 'point_count']],
          'text-font': FONT_BOLD,
          'text-size': 13,
          'text-offset': [0, 0.58],
          'text-allow-overlap': true,
          'text-ignore-placement': true,
        },
        paint: { 'text-color': '#22303b' },
      },
    },
    {
      slot: 'signs',
      spec: {
        id: source,
        type: 'symbol',
        source,
        filter: ['!', gathered],
        layout: {
          'icon-image': ['get', 'sign'],
          'icon-allow-overlap': true,
          'icon-size': ['interpolate', ['linear'], ['zoom'], 12, 0.75, 16, 1],
          'symbol-sort-key': ['get', 'severity'],
          'text-field': ['step', ['zoom'], '', 16.5, ['coalesce', ['get', 'note'], '']],
          'text-font': FONT_BOLD,
          'text-size': 11,
          'text-anchor': 'top',
          'text-offset': [0, 1.25],
          'text-optional': true,
        },
        paint: { 'text-color': '#7a1020', 'text-halo-color': '#fffdf8', 'text-halo-width': 1.6 },
      },
      legend: marksOf,
    },
  ];
}
