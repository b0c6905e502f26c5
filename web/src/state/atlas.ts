/** Joins the map with the state: data for the signs, colours of grids, what is chosen, what is lit up. */

import { shallowRef, watch } from 'vue';

import { allItems, item } from '../api/client';
import { listenForChanges, type LayerChange } from '../api/events';
import type { BBox, Feature, LonLat, Properties } from '../api/types';
import { boundsOf } from '../geo/bounds';
import { colourAreas } from '../geo/colouring';
import { labelPoint } from '../geo/label-point';
import type { MapHandle, Picked } from '../map/create-map';
import type { LegendNow } from '../map/legend';
import { gridTints } from '../map/palette';
import { translate } from '../i18n';
import { catalogue, codeTitle, layerInfo, today } from './catalogue';
import { returns } from './connection';
import { language } from './language';
import * as data from './overlay-data';
import { askAgain, chooseById, chosenFeature, selection } from './selection';
import { baseShown, drawn, reachKinds, showsClosed } from './theme';

export const map = shallowRef<MapHandle | null>(null);
export const legendNow = shallowRef<LegendNow>(new Map());
/** The areas in the middle of the map, from large to small; they say where one is when no name of theirs is in sight. */
export const middleAreas = shallowRef<readonly string[]>([]);
/** What the pointer is over on the map, for the lists beside it. */
export const hovered = shallowRef<Picked | null>(null);
/** Layers of which not everything could be drawn: how many there are. */
export const tooMany = shallowRef<Record<string, number>>({});

/** Layers with more areas than this keep their own colours out of the id. */
const MOST_COLOURED = 3_000;
let leads = new Map<string, string>();

const overdue = (days: number): string => translate('overdueDays', { n: days });

/** Adds to the properties of a name what is written with it. */
export function decorate(layer: string, properties: Properties): Properties {
  if (layer === 'grids') return { ...properties, lead: leads.get(String(properties['code'])) ?? null };
  if (layer === 'renovation_projects') {
    const phase = codeTitle('renovation_projects', 'phase', properties['phase']);
    const batch = properties['batch'];
    return { ...properties, note: typeof batch === 'number' ? translate('batchPhase', { batch, phase }) : phase };
  }
  return properties;
}

async function loadLeads(): Promise<void> {
  if ((layerInfo('posts')?.count ?? 0) > 20_000) return;
  const { features } = await allItems('posts', { filter: "level = 'grid'", skipGeometry: true });
  const found = new Map<string, string>();
  for (const { properties } of features) {
    const { title, holder, target_code: code } = properties;
    if (typeof code !== 'string' || typeof holder !== 'string') continue;
    if (!found.has(code) || String(title) === '网格长') found.set(code, `${String(title)} ${holder}`);
  }
  leads = found;
  map.value?.setDecorate(decorate);
}

async function loadGridColours(): Promise<void> {
  if ((layerInfo('grids')?.count ?? 0) > MOST_COLOURED) return;
  const { features } = await data.records('grids');
  const basic = features.filter(({ properties }) => properties['kind'] !== 'dedicated');
  map.value?.setGridColours(colourAreas(basic, gridTints.length));
}

async function loadOutside(): Promise<void> {
  if ((layerInfo('subdistricts')?.count ?? 0) > 20) return;
  const { features } = await data.records('subdistricts');
  const rings = features.flatMap(({ geometry }): LonLat[][] => {
    if (geometry?.type === 'MultiPolygon') return geometry.coordinates.map((polygon) => polygon[0] ?? []);
    return geometry?.type === 'Polygon' ? geometry.coordinates.slice(0, 1) : [];
  });
  if (rings.length > 0) map.value?.setOutside(rings);
}

async function feed(layer: string, put: (features: Feature[]) => void): Promise<void> {
  const { features, matched } = await data.records(layer);
  put(features);
  if (matched > features.length) tooMany.value = { ...tooMany.value, [layer]: matched };
}

async function feedOverlay(id: string): Promise<void> {
  const handle = map.value;
  if (handle === null || !drawn.value.has(id)) return;
  switch (id) {
    case 'risk_points':
      await feed(id, (features) => {
        handle.setData(id, data.riskSigns(features, today.value, showsClosed.value, overdue));
        handle.setData(`${id}-outlines`, data.outlines(features, showsClosed.value));
      });
      break;
    case 'cases':
      await feed(id, (features) => handle.setData(id, data.caseSigns(features, today.value, showsClosed.value)));
      break;
    case 'inspection_targets':
      await feed(id, (features) => handle.setData(id, data.targetSigns(features, today.value, overdue)));
      break;
    case 'facilities':
      await feed(id, (features) => handle.setData(id, data.facilitySigns(features)));
      break;
    case 'reach':
      await feed('facilities', (features) => handle.setData(id, data.reachCircles(features, reachKinds)));
      break;
    case 'grid_tints':
      await Promise.all([loadGridColours(), loadLeads()]);
      break;
    default:
      break;
  }
}

/** Errors here are told by the connection banner; the sign just stays away. */
function feedAll(): void {
  for (const id of drawn.value) feedOverlay(id).catch(() => {});
}

const BASE: Record<string, string[]> = {
  buildings: ['buildings', 'buildings-line', 'entrances', 'names-buildings', 'names-entrances'],
  compounds: ['compounds-line', 'names-compounds'],
  grids: ['grids-dedicated-line'],
  communities: ['communities-line', 'community-tint', 'names-communities'],
  names: ['road-names', 'land-names', 'water-names'],
};

function showBase(): void {
  const handle = map.value;
  if (handle === null) return;
  for (const [id, layers] of Object.entries(BASE)) handle.showLayers(layers, baseShown.has(id));
  handle.showLayers(['grids-line', 'names-grids'], baseShown.has('grids') && !drawn.value.has('grid_tints'));
}

/** A flight asked for before the map was there. */
let pending: (() => void) | null = null;

/** Ties a map to the state; call once, when it is ready. */
export function attach(handle: MapHandle): void {
  map.value = handle;
  pending?.();
  pending = null;
  loadOutside().catch(() => {});
}

watch(
  [map, () => [...drawn.value].join()],
  () => {
    map.value?.showOverlays(drawn.value);
    showBase();
    feedAll();
  },
  { flush: 'post' },
);
watch(() => [...baseShown].join(), showBase);
watch([showsClosed, today, language, () => [...reachKinds].join()], () => {
  feedAll();
  map.value?.setDecorate(decorate);
});
/** Asks for everything that is drawn anew: the server came back, or has other records now. */
export function refresh(): void {
  data.forgetRecords();
  map.value?.renew();
  loadOutside().catch(() => {});
  feedAll();
}

watch(returns, refresh);

/** Signs that are made of the records of a layer. */
const OVERLAYS_OF: Record<string, string[]> = { facilities: ['facilities', 'reach'], grids: ['grid_tints'], posts: ['grid_tints'] };

/** A record has changed: its tiles, its signs, and the card where it is about it. */
function heard({ layer, ids, boxes }: LayerChange): void {
  map.value?.renewIn(layer, boxes);
  data.forgetRecords();
  for (const id of OVERLAYS_OF[layer] ?? [layer]) feedOverlay(id).catch(() => {});
  const chosen = selection.value;
  if (chosen === null) return;
  const [lon, lat] = chosen.at;
  const isHere = boxes.some(([west, south, east, north]) => west <= lon && lon <= east && south <= lat && lat <= north);
  const isChosen = chosen.layer === layer && chosen.id !== null && ids.includes(chosen.id);
  if (isHere || isChosen) askAgain();
}

listenForChanges({
  changed: heard,
  reload: () => {
    returns.value += 1;
  },
});

watch([map, selection, chosenFeature], () => {
  const chosen = selection.value;
  const target = chosen !== null && chosen.layer !== null && chosen.id !== null ? { layer: chosen.layer, id: chosen.id } : null;
  const pin: Feature | null =
    chosen === null ? null : { type: 'Feature', id: 1, geometry: { type: 'Point', coordinates: chosen.at }, properties: {} };
  const isSign = target === null || !['subdistricts', 'communities', 'grids', 'compounds', 'buildings', 'renovation_projects'].includes(target.layer);
  map.value?.setChosen(target, chosenFeature.value ?? (isSign ? pin : null));
});

const OPEN_ZOOM: Record<string, number> = { entrances: 18.6, households: 18.6 };

/** Chooses a feature and flies to it; false when it could not be had. */
export async function visit(layer: string, id: number): Promise<boolean> {
  const feature = await chooseById(layer, id);
  if (feature === null) return false;
  flyToFeature(feature, layer);
  return true;
}

export function flyToFeature(feature: Feature, layer: string): void {
  if (map.value === null) {
    pending = () => flyToFeature(feature, layer);
    return;
  }
  const box = boundsOf(feature.geometry);
  const at = labelPoint(feature.geometry);
  if (box === null || at === null) return;
  const isSmall = box[2] - box[0] < 1e-4 && box[3] - box[1] < 1e-4;
  if (feature.geometry?.type === 'Point' || isSmall) map.value.flyTo(at, Math.max(map.value.view().zoom, OPEN_ZOOM[layer] ?? 17.4));
  else map.value.fit(box);
}

/** A store that holds nothing but buildings would be blank where no building is drawn yet, so it opens closer. */
const BUILDINGS_ARE_DRAWN = 14.6;
const DRAWN_FROM_AFAR = new Set(['subdistricts', 'communities', 'grids', 'roads', 'land_use', 'water']);

export function overview(): void {
  const box: BBox | null = catalogue.value?.extent ?? null;
  if (box === null) return;
  const showsFromAfar = (catalogue.value?.layers ?? []).some((layer) => layer.count > 0 && DRAWN_FROM_AFAR.has(layer.id));
  map.value?.fit(box, showsFromAfar ? 0 : BUILDINGS_ARE_DRAWN);
}

/** Lights up a feature that a list points at. */
export async function lightUp(layer: string, feature: Feature | { id: number } | null): Promise<void> {
  if (feature === null) {
    map.value?.setHovered(null);
    return;
  }
  try {
    map.value?.setHovered('geometry' in feature ? feature : await item(layer, feature.id));
  } catch {
    map.value?.setHovered(null);
  }
}
