/** The areas of the office, from subdistrict to entrance: fills to click, lines, names. */

import { FONT, FONT_BOLD, palette } from '../map/palette';
import type { ExpressionSpecification, LayerSpecification } from '../map/types';

const chosen: ExpressionSpecification = ['boolean', ['feature-state', 'chosen'], false];

function touch(id: string, layer: string, minzoom: number): LayerSpecification {
  return {
    id,
    type: 'fill',
    source: 'places',
    'source-layer': layer,
    minzoom,
    paint: { 'fill-color': palette.chosen, 'fill-opacity': 0, 'fill-antialias': false },
  };
}

/** Invisible fills that take the click; what was chosen is shown by its outline. */
const touchable: LayerSpecification[] = [
  touch('touch-communities', 'communities', 9),
  touch('touch-grids', 'grids', 12),
  touch('touch-compounds', 'compounds', 14),
];

const tint: LayerSpecification = {
  id: 'community-tint',
  type: 'fill',
  source: 'places',
  'source-layer': 'communities',
  maxzoom: 14.5,
  paint: {
    'fill-color': palette.community.tint,
    'fill-opacity': ['interpolate', ['linear'], ['zoom'], 12.5, 0.55, 14.5, 0],
    'fill-antialias': false,
  },
};

const round = { 'line-join': 'round' } as const;

const lines: LayerSpecification[] = [
  {
    id: 'compounds-line',
    type: 'line',
    source: 'places',
    'source-layer': 'compounds',
    minzoom: 14.2,
    layout: round,
    paint: { 'line-color': palette.compound.line, 'line-width': ['interpolate', ['linear'], ['zoom'], 14, 0.5, 18, 1.4] },
  },
  {
    id: 'grids-line',
    type: 'line',
    source: 'places',
    'source-layer': 'grids',
    minzoom: 13,
    filter: ['!=', ['get', 'kind'], 'dedicated'],
    layout: round,
    paint: { 'line-color': palette.grid.line, 'line-width': ['interpolate', ['linear'], ['zoom'], 13, 0.6, 18, 2] },
  },
  {
    id: 'grids-dedicated-line',
    type: 'line',
    source: 'places',
    'source-layer': 'grids',
    minzoom: 13,
    filter: ['==', ['get', 'kind'], 'dedicated'],
    layout: round,
    paint: {
      'line-color': palette.grid.text,
      'line-width': ['interpolate', ['linear'], ['zoom'], 13, 0.8, 18, 2],
      'line-dasharray': [3, 1.5],
    },
  },
  {
    id: 'communities-line',
    type: 'line',
    source: 'places',
    'source-layer': 'communities',
    layout: round,
    paint: { 'line-color': palette.community.line, 'line-width': ['interpolate', ['linear'], ['zoom'], 11, 0.7, 14, 1.6, 18, 3] },
  },
  {
    id: 'subdistricts-halo',
    type: 'line',
    source: 'places',
    'source-layer': 'subdistricts',
    layout: round,
    paint: { 'line-color': palette.subdistrict.halo, 'line-opacity': 0.85, 'line-width': ['interpolate', ['linear'], ['zoom'], 10, 4, 14, 8, 18, 13] },
  },
  {
    id: 'subdistricts-line',
    type: 'line',
    source: 'places',
    'source-layer': 'subdistricts',
    layout: round,
    paint: {
      'line-color': palette.subdistrict.line,
      'line-width': ['interpolate', ['linear'], ['zoom'], 10, 1.4, 14, 2.4, 18, 4],
      'line-dasharray': [4, 1.6, 1, 1.6],
    },
  },
];

const entrances: LayerSpecification = {
  id: 'entrances',
  type: 'circle',
  source: 'doors',
  'source-layer': 'entrances',
  minzoom: 16.5,
  paint: {
    'circle-radius': ['interpolate', ['linear'], ['zoom'], 16.5, 2, 19, 5],
    'circle-color': ['case', chosen, palette.chosen, palette.entrance.fill],
    'circle-stroke-color': palette.entrance.line,
    'circle-stroke-width': 1.2,
  },
};

interface NameStyle {
  layer: string;
  minzoom: number;
  maxzoom?: number;
  field: ExpressionSpecification;
  font: string[];
  size: ExpressionSpecification | number;
  colour: string;
}

function names({ layer, minzoom, maxzoom, field, font, size, colour }: NameStyle): LayerSpecification {
  return {
    id: `names-${layer}`,
    type: 'symbol',
    source: `names-${layer}`,
    minzoom,
    ...(maxzoom === undefined ? {} : { maxzoom }),
    layout: {
      'text-field': field,
      'text-font': font,
      'text-size': size,
      'text-max-width': 9,
      'text-line-height': 1.25,
      'text-padding': 3,
      'text-variable-anchor': ['center', 'top', 'bottom'],
      'text-justify': 'center',
    },
    paint: { 'text-color': colour, 'text-halo-color': palette.halo, 'text-halo-width': 1.8, 'text-halo-blur': 0.4 },
  };
}

const NAME: ExpressionSpecification = ['coalesce', ['get', 'name'], ''];

/** Lowest first; those later in the list win a place from those before. */
const named: LayerSpecification[] = [
  {
    id: 'names-entrances',
    type: 'symbol',
    source: 'doors',
    'source-layer': 'entrances',
    minzoom: 18,
    layout: {
      'text-field': NAME,
      'text-font': FONT,
      'text-size': 11,
      'text-offset': [0, 0.7],
      'text-anchor': 'top',
      'text-padding': 1,
    },
    paint: { 'text-color': palette.building.number, 'text-halo-color': palette.halo, 'text-halo-width': 1.4 },
  },
  names({
    layer: 'buildings',
    minzoom: 17,
    field: ['coalesce', ['get', 'number'], ['get', 'name'], ''],
    font: FONT,
    size: ['interpolate', ['linear'], ['zoom'], 17, 11, 19, 14],
    colour: palette.building.number,
  }),
  names({ layer: 'compounds', minzoom: 15.5, field: NAME, font: FONT, size: ['interpolate', ['linear'], ['zoom'], 15.5, 11.5, 18, 14.5], colour: palette.compound.text }),
  names({ layer: 'grids', minzoom: 14.5, maxzoom: 18, field: NAME, font: FONT_BOLD, size: ['interpolate', ['linear'], ['zoom'], 14.5, 11, 17, 14], colour: palette.grid.text }),
  names({ layer: 'communities', minzoom: 13, maxzoom: 17, field: NAME, font: FONT_BOLD, size: ['interpolate', ['linear'], ['zoom'], 13, 12, 16, 17], colour: palette.community.text }),
];

export const areaLayers = { touchable, tint, lines, entrances, named };
