/** 网格责任: each grid in its own tint, dedicated grids hatched over them, with who leads it. */

import { FONT_BOLD, gridTints, palette } from '../palette';
import type { ExpressionSpecification } from '../types';
import type { Overlay } from './theme';

/** The tint of each grid by code; a number out of the id where no colouring is known. */
export function tintOf(colours: ReadonlyMap<string, number>): ExpressionSpecification {
  const fallback: ExpressionSpecification = ['at', ['%', ['coalesce', ['id'], 0], gridTints.length], ['literal', [...gridTints]]];
  if (colours.size === 0) return fallback;
  const cases = [...colours].flatMap(([code, colour]) => [code, gridTints[colour] ?? gridTints[0]]);
  return ['match', ['get', 'code'], ...cases, gridTints[0]] as unknown as ExpressionSpecification;
}

const dedicated: ExpressionSpecification = ['==', ['get', 'kind'], 'dedicated'];

export const gridTheme: Overlay = {
  id: 'grid_tints',
  layers: [
    {
      slot: 'ground',
      spec: {
        id: 'grid-tint',
        type: 'fill',
        source: 'places',
        'source-layer': 'grids',
        filter: ['!', dedicated],
        paint: { 'fill-color': gridTints[0], 'fill-opacity': 0.4, 'fill-antialias': false },
      },
      legend: () => ['grid-basic'],
    },
    {
      slot: 'lines',
      spec: {
        id: 'grid-dedicated',
        type: 'fill',
        source: 'places',
        'source-layer': 'grids',
        filter: dedicated,
        paint: { 'fill-color': palette.grid.text, 'fill-opacity': 0.14 },
      },
      legend: () => ['grid-dedicated'],
    },
    {
      slot: 'lines',
      spec: {
        id: 'grid-border',
        type: 'line',
        source: 'places',
        'source-layer': 'grids',
        filter: ['!', dedicated],
        layout: { 'line-join': 'round' },
        paint: { 'line-color': '#5d6d7c', 'line-width': ['interpolate', ['linear'], ['zoom'], 12, 0.8, 15, 1.6, 18, 2.6] },
      },
    },
    {
      slot: 'signs',
      spec: {
        id: 'names-grids-lead',
        type: 'symbol',
        source: 'names-grids',
        minzoom: 14.5,
        layout: {
          'text-field': [
            'format',
            ['coalesce', ['get', 'name'], ''],
            {},
            ['case', ['has', 'lead'], ['concat', '\n', ['get', 'lead']], ''],
            { 'font-scale': 0.86, 'text-color': '#7a2f1d' },
          ],
          'text-font': FONT_BOLD,
          'text-size': ['interpolate', ['linear'], ['zoom'], 14.5, 11.5, 17, 15],
          'text-max-width': 9,
          'text-line-height': 1.3,
          'text-variable-anchor': ['center', 'top', 'bottom'],
        },
        paint: { 'text-color': palette.grid.text, 'text-halo-color': palette.halo, 'text-halo-width': 1.9 },
      },
    },
  ],
  legend: [
    { key: 'grid-basic', swatch: { kind: 'fill', colour: `${gridTints[0]}88`, line: '#5d6d7c' } },
    { key: 'grid-dedicated', swatch: { kind: 'fill', colour: '#3d516633', line: palette.grid.text } },
  ],
};
