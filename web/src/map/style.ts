/** The whole style as one value: base map, areas, overlays, highlights. No glyphs, no sprite, nothing from elsewhere. */

import { areaLayers } from '../layers/areas';
import { draftLayers } from '../layers/drafts';
import { baseLayers } from '../layers/base';
import { palette } from './palette';
import { OVERLAYS, type Slot } from './themes';
import { gathering, NOTHING } from './themes/points';
import type { ExpressionSpecification, LayerSpecification, SourceSpecification, StyleSpecification } from './types';

/** Where the names of a layer come from: whole features of tiles of one zoom, so that no name is drawn twice. */
export interface NameSource {
  layer: string;
  cellZoom: number;
  minzoom: number;
  fields: string[];
}

export const NAME_SOURCES: readonly NameSource[] = [
  { layer: 'land_use', cellZoom: 13, minzoom: 13.8, fields: ['kind'] },
  { layer: 'water', cellZoom: 13, minzoom: 12.8, fields: ['kind'] },
  { layer: 'communities', cellZoom: 12, minzoom: 12.8, fields: [] },
  { layer: 'grids', cellZoom: 13, minzoom: 14.2, fields: ['kind'] },
  { layer: 'compounds', cellZoom: 14, minzoom: 15.2, fields: [] },
  { layer: 'buildings', cellZoom: 16, minzoom: 16.8, fields: ['number'] },
  { layer: 'renovation_projects', cellZoom: 13, minzoom: 13, fields: ['batch', 'phase'] },
];

function tiles(origin: string, layers: string, minzoom: number, maxzoom: number): SourceSpecification {
  return { type: 'vector', tiles: [`${origin}/tiles/${layers}/{z}/{x}/{y}.mvt`], minzoom, maxzoom };
}

function shapes(): SourceSpecification {
  return { type: 'geojson', data: NOTHING };
}

/** The vector source that has each layer, and so where the state of its features is kept. */
export const SOURCE_OF: Record<string, string> = {
  subdistricts: 'places',
  communities: 'places',
  grids: 'places',
  compounds: 'places',
  buildings: 'houses',
  entrances: 'doors',
};

function sources(origin: string): Record<string, SourceSpecification> {
  return {
    base: tiles(origin, 'land_use,water,roads', 9, 16),
    houses: tiles(origin, 'buildings', 13, 16),
    places: tiles(origin, 'subdistricts,communities,grids,compounds', 9, 16),
    doors: tiles(origin, 'entrances', 16, 17),
    projects: tiles(origin, 'renovation_projects', 10, 16),
    ...Object.fromEntries(NAME_SOURCES.map(({ layer }) => [`names-${layer}`, shapes()])),
    risk_points: gathering(),
    'risk_points-outlines': shapes(),
    inspection_targets: gathering(),
    cases: shapes(),
    facilities: shapes(),
    reach: shapes(),
    outside: shapes(),
    chosen: shapes(),
    hovered: shapes(),
    me: shapes(),
    drafts: shapes(),
  };
}

const isPoint: ExpressionSpecification = ['==', ['geometry-type'], 'Point'];

const highlights: LayerSpecification[] = [
  {
    id: 'chosen-casing',
    type: 'line',
    source: 'chosen',
    layout: { 'line-join': 'round' },
    paint: { 'line-color': '#ffffff', 'line-width': 6, 'line-opacity': 0.9 },
  },
  {
    id: 'chosen-line',
    type: 'line',
    source: 'chosen',
    layout: { 'line-join': 'round' },
    paint: { 'line-color': palette.chosen, 'line-width': 3 },
  },
  {
    id: 'hovered-line',
    type: 'line',
    source: 'hovered',
    layout: { 'line-join': 'round' },
    paint: { 'line-color': palette.hover, 'line-width': 3 },
  },
];

const marks: LayerSpecification[] = [
  {
    id: 'me-disc',
    type: 'fill',
    source: 'me',
    paint: { 'fill-color': palette.me, 'fill-opacity': 0.12 },
  },
  {
    id: 'me',
    type: 'circle',
    source: 'me',
    filter: isPoint,
    paint: { 'circle-radius': 7, 'circle-color': palette.me, 'circle-stroke-color': '#ffffff', 'circle-stroke-width': 2.5 },
  },
  {
    id: 'chosen-ring',
    type: 'circle',
    source: 'chosen',
    filter: isPoint,
    paint: { 'circle-radius': 17, 'circle-opacity': 0, 'circle-stroke-color': palette.chosen, 'circle-stroke-width': 3 },
  },
  {
    id: 'hovered-ring',
    type: 'circle',
    source: 'hovered',
    filter: isPoint,
    paint: { 'circle-radius': 19, 'circle-opacity': 0, 'circle-stroke-color': palette.hover, 'circle-stroke-width': 3 },
  },
];

const veil: LayerSpecification = {
  id: 'outside',
  type: 'fill',
  source: 'outside',
  paint: { 'fill-color': palette.veil, 'fill-opacity': 0.55, 'fill-antialias': false },
};

function overlays(slot: Slot): LayerSpecification[] {
  return OVERLAYS.flatMap(({ layers }) => layers)
    .filter((layer) => layer.slot === slot)
    .map(({ spec }) => ({ ...spec, layout: { ...spec.layout, visibility: 'none' } }) as LayerSpecification);
}

/** The layers that write the names of each name source. */
export function nameLayers(layer: string): string[] {
  const all = [...baseLayers.names, ...areaLayers.named, ...overlays('signs')];
  return all.filter((spec) => 'source' in spec && spec.source === `names-${layer}`).map(({ id }) => id);
}

/** The style for a server at `origin`; overlays are in it but not shown. */
export function buildStyle(origin: string): StyleSpecification {
  return {
    version: 8,
    name: 'minqing',
    sources: sources(origin),
    layers: [
      ...baseLayers.ground,
      areaLayers.tint,
      ...overlays('ground'),
      ...baseLayers.nature,
      ...baseLayers.streets,
      ...baseLayers.houses,
      veil,
      ...areaLayers.touchable,
      ...overlays('lines'),
      ...areaLayers.lines,
      ...highlights,
      areaLayers.entrances,
      ...baseLayers.names,
      ...areaLayers.named,
      ...overlays('signs'),
      ...draftLayers,
      ...marks,
    ],
  };
}
