/** Ground, green, water, streets and houses: what the office's own map is drawn on. */

import { FONT, palette } from '../map/palette';
import type { ExpressionSpecification, LayerSpecification } from '../map/types';

const { land, road, building } = palette;

/** Pixels at the zooms where a street changes width. */
function width(z12: number, z15: number, z18: number): ExpressionSpecification {
  return ['interpolate', ['exponential', 1.6], ['zoom'], 11, z12 / 2, 13, z12, 15, z15, 18, z18];
}

const STREETS = [
  { name: 'lane', minzoom: 14, line: width(0.4, 1.6, 9), casing: width(0.8, 2.8, 11) },
  { name: 'street', minzoom: 12, line: width(1.2, 3.2, 17), casing: width(2, 4.8, 19.5) },
  { name: 'secondary', minzoom: 11, line: width(1.8, 5, 24), casing: width(2.8, 6.8, 27) },
  { name: 'arterial', minzoom: 9, line: width(2.6, 7.5, 34), casing: width(3.8, 9.5, 37) },
] as const;

const landColour = ['match', ['get', 'kind'], ...Object.entries(land).flat(), land.other] as unknown as ExpressionSpecification;

const ground: LayerSpecification[] = [
  { id: 'ground', type: 'background', paint: { 'background-color': palette.paper } },
  {
    id: 'land',
    type: 'fill',
    source: 'base',
    'source-layer': 'land_use',
    paint: {
      'fill-color': landColour,
      'fill-antialias': false,
    },
  },
];

const isGreen: ExpressionSpecification = ['in', ['get', 'kind'], ['literal', ['park', 'green', 'sports']]];

/** Green and water stay what they are under every theme: they are drawn over its fills. */
const nature: LayerSpecification[] = [
  {
    id: 'green',
    type: 'fill',
    source: 'base',
    'source-layer': 'land_use',
    filter: isGreen,
    paint: { 'fill-color': landColour, 'fill-antialias': false },
  },
  {
    id: 'green-edge',
    type: 'line',
    source: 'base',
    'source-layer': 'land_use',
    minzoom: 14,
    filter: isGreen,
    paint: { 'line-color': '#c3d8b4', 'line-width': 0.8 },
  },
  { id: 'water', type: 'fill', source: 'base', 'source-layer': 'water', paint: { 'fill-color': palette.water } },
  {
    id: 'water-edge',
    type: 'line',
    source: 'base',
    'source-layer': 'water',
    minzoom: 14,
    paint: { 'line-color': palette.waterLine, 'line-width': 0.8 },
  },
];

const round = { 'line-cap': 'round', 'line-join': 'round' } as const;
const isUnbuilt: ExpressionSpecification = ['in', ['get', 'state'], ['literal', ['planned', 'under_construction']]];
const ofClass = (name: string): ExpressionSpecification => ['all', ['==', ['get', 'class'], name], ['!', isUnbuilt]];

const paths: LayerSpecification = {
  id: 'road-path',
  type: 'line',
  source: 'base',
  'source-layer': 'roads',
  minzoom: 15,
  filter: ofClass('path'),
  layout: round,
  paint: { 'line-color': road.path, 'line-width': width(0.4, 0.9, 4) },
};

const rails: LayerSpecification[] = [
  {
    id: 'rail',
    type: 'line',
    source: 'base',
    'source-layer': 'roads',
    minzoom: 12,
    filter: ofClass('rail'),
    paint: { 'line-color': palette.rail, 'line-width': width(0.8, 1.6, 3) },
  },
  {
    id: 'rail-ties',
    type: 'line',
    source: 'base',
    'source-layer': 'roads',
    minzoom: 14,
    filter: ofClass('rail'),
    paint: { 'line-color': palette.rail, 'line-width': width(2, 4, 8), 'line-dasharray': [0.3, 3] },
  },
];

/** All casings first, then all fills: crossings open into each other. */
const streets: LayerSpecification[] = [
  paths,
  ...STREETS.map(
    ({ name, minzoom, casing }): LayerSpecification => ({
      id: `road-${name}-casing`,
      type: 'line',
      source: 'base',
      'source-layer': 'roads',
      minzoom,
      filter: ofClass(name),
      layout: round,
      paint: { 'line-color': name === 'arterial' ? road.arterialCasing : road.casing, 'line-width': casing },
    }),
  ),
  ...STREETS.map(
    ({ name, minzoom, line }): LayerSpecification => ({
      id: `road-${name}`,
      type: 'line',
      source: 'base',
      'source-layer': 'roads',
      minzoom,
      filter: ofClass(name),
      layout: round,
      paint: { 'line-color': name === 'arterial' ? road.arterial : road.fill, 'line-width': line },
    }),
  ),
  {
    id: 'road-unbuilt',
    type: 'line',
    source: 'base',
    'source-layer': 'roads',
    minzoom: 13,
    filter: isUnbuilt,
    paint: { 'line-color': road.casing, 'line-width': width(0.8, 1.8, 6), 'line-dasharray': [3, 2] },
  },
  ...rails,
];

const chosen: ExpressionSpecification = ['boolean', ['feature-state', 'chosen'], false];

const houses: LayerSpecification[] = [
  {
    id: 'buildings',
    type: 'fill',
    source: 'houses',
    'source-layer': 'buildings',
    minzoom: 13,
    paint: {
      'fill-color': ['case', chosen, building.chosen, building.fill],
      'fill-opacity': ['interpolate', ['linear'], ['zoom'], 13, 0.5, 15, 1],
      'fill-antialias': false,
    },
  },
  {
    id: 'buildings-line',
    type: 'line',
    source: 'houses',
    'source-layer': 'buildings',
    minzoom: 15,
    paint: {
      'line-color': ['case', chosen, building.chosenLine, building.line],
      'line-width': ['case', chosen, 1.8, 0.7],
    },
  },
];

const names: LayerSpecification[] = [
  {
    id: 'road-names',
    type: 'symbol',
    source: 'base',
    'source-layer': 'roads',
    minzoom: 13.5,
    filter: ['all', ['has', 'name'], ['!=', ['get', 'class'], 'path']],
    layout: {
      'symbol-placement': 'line',
      'text-field': ['get', 'name'],
      'text-font': FONT,
      'text-size': ['interpolate', ['linear'], ['zoom'], 13, 10.5, 17, 13],
      'text-max-angle': 30,
      'text-padding': 6,
      'symbol-spacing': 320,
      'symbol-sort-key': ['match', ['get', 'class'], 'arterial', 0, 'secondary', 1, 'street', 2, 3],
    },
    paint: { 'text-color': road.text, 'text-halo-color': '#ffffff', 'text-halo-width': 1.6 },
  },
  {
    id: 'land-names',
    type: 'symbol',
    source: 'names-land_use',
    minzoom: 14,
    filter: ['in', ['get', 'kind'], ['literal', ['park', 'green', 'campus', 'medical', 'plaza', 'sports']]],
    layout: { 'text-field': ['get', 'name'], 'text-font': FONT, 'text-size': 11.5, 'text-max-width': 8 },
    paint: {
      'text-color': ['match', ['get', 'kind'], ['park', 'green', 'sports'], palette.greenText, road.text] as unknown as ExpressionSpecification,
      'text-halo-color': palette.halo,
      'text-halo-width': 1.4,
    },
  },
  {
    id: 'water-names',
    type: 'symbol',
    source: 'names-water',
    minzoom: 13,
    layout: { 'text-field': ['get', 'name'], 'text-font': FONT, 'text-size': 12, 'text-max-width': 8 },
    paint: { 'text-color': palette.waterText, 'text-halo-color': '#e4f0f6', 'text-halo-width': 1.2 },
  },
];

export const baseLayers = { ground, nature, streets, houses, names };
