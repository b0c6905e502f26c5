/** The map itself: the only module that drives the map library. Everything else talks to a `MapHandle`. */

import 'maplibre-gl/dist/maplibre-gl.css';

import { Map as MapLibre, setWorkerUrl, type GeoJSONSource, type MapGeoJSONFeature, type Point, type PointLike } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';

import { ROOT } from '../api/client';
import type { BBox, Feature, LonLat, Properties } from '../api/types';
import { circle } from '../geo/bounds';
import { touchedTiles } from '../geo/tiles';
import { signPixels } from './icons';
import { legendNow, type LegendNow } from './legend';
import { NameLoader, type Decorate } from './names';
import { buildStyle, SOURCE_OF, tileSourcesOf } from './style';
import { OVERLAYS } from './themes';
import { tintOf } from './themes/grids';

setWorkerUrl(workerUrl);

export interface View {
  centre: LonLat;
  zoom: number;
}

/** A feature as the tile has it: enough to answer a click at once. */
export interface Picked {
  layer: string;
  id: number;
  properties: Properties;
  /** Set for signs, whose place is exact; outlines from tiles are cut. */
  at: LonLat | null;
}

export interface Insets {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface MapListener {
  /** Everything under the click, what is on top first. */
  clicked(at: LonLat, picked: Picked[]): void;
  hovered(picked: Picked | null): void;
  moved(view: View): void;
  /** Nothing is left to draw: what of the legend is on the map, and the areas in its middle from large to small. */
  settled(legend: LegendNow, middle: string[]): void;
  failed(): void;
}

export interface MapHandle {
  view(): View;
  jumpTo(view: View): void;
  flyTo(at: LonLat, zoom: number): void;
  fit(box: BBox, leastZoom?: number): void;
  /** Moves the map just so far that `at` is not under a panel. */
  reveal(at: LonLat): void;
  zoomBy(steps: number): void;
  setInsets(insets: Insets): void;
  showOverlays(ids: ReadonlySet<string>): void;
  showLayers(layers: readonly string[], shown: boolean): void;
  setData(source: string, features: Feature[]): void;
  setGridColours(colours: ReadonlyMap<string, number>): void;
  setDecorate(decorate: Decorate): void;
  setChosen(chosen: { layer: string; id: number } | null, shape: Feature | null): void;
  setHovered(shape: Feature | null): void;
  setMe(at: LonLat, accuracy_m: number): void;
  setOutside(rings: LonLat[][]): void;
  renew(): void;
  /** Asks anew for the tiles of a layer that the boxes touch, and for no others. */
  renewIn(layer: string, boxes: readonly BBox[]): void;
}

/** Top first: what a click means where several things lie over each other. */
const PICKABLE: [styleLayer: string, layer: string][] = [
  ['risk_points', 'risk_points'],
  ['inspection_targets', 'inspection_targets'],
  ['cases', 'cases'],
  ['facilities', 'facilities'],
  ['facilities-dot', 'facilities'],
  ['renovation_projects', 'renovation_projects'],
  ['entrances', 'entrances'],
  ['buildings', 'buildings'],
  ['touch-compounds', 'compounds'],
  ['touch-grids', 'grids'],
  ['touch-communities', 'communities'],
];
const SIGNS = new Set(['risk_points', 'inspection_targets', 'cases', 'facilities', 'entrances']);
const GATHERED = ['risk_points-gathered-disc', 'inspection_targets-gathered-disc'];
const AREAS = ['touch-compounds', 'touch-grids', 'touch-communities'];
/** Signs that lie over each other beyond this number are not told apart by one click. */
const MOST_PICKED = 8;
/** Houses are small before this zoom: a click means the area there. */
const HOUSE_ZOOM = 15;
/** Where a change touches more tiles than this, the whole source is asked for anew. */
const MOST_TILES = 5_000;
const still = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

function pickedOf(feature: MapGeoJSONFeature, layer: string): Picked | null {
  const id = Number(feature.properties['fid'] ?? feature.id);
  if (!Number.isFinite(id)) return null;
  const { geometry, properties } = feature;
  return { layer, id, properties, at: geometry.type === 'Point' ? (geometry.coordinates as LonLat) : null };
}

class MapView implements MapHandle {
  private readonly names: NameLoader;
  private insets: Insets = { left: 0, top: 0, right: 0, bottom: 0 };
  private chosen: { layer: string; id: number } | null = null;
  private pointer: Point | null = null;

  constructor(
    private readonly map: MapLibre,
    private readonly listener: MapListener,
    decorate: Decorate,
  ) {
    this.names = new NameLoader(map, decorate);
    const canvas = map.getContainer();
    canvas.dataset['mapIdle'] = 'false';
    const busy = (): void => {
      canvas.dataset['mapIdle'] = 'false';
    };
    map.on('movestart', busy);
    map.on('dataloading', busy);
    map.on('idle', () => {
      listener.settled(legendNow(map), this.middleAreas());
      canvas.dataset['mapIdle'] = 'true';
    });
    map.on('moveend', () => listener.moved(this.view()));
    map.on('error', () => listener.failed());
    map.on('click', (event) => void this.clicked(event.point, [event.lngLat.lng, event.lngLat.lat]));
    map.on('mousemove', ({ point }) => {
      // At most once a frame, with the latest place.
      if (this.pointer === null) requestAnimationFrame(() => this.pointed());
      this.pointer = point;
    });
    map.on('mouseout', () => listener.hovered(null));
  }

  view(): View {
    const { lng, lat } = this.map.getCenter();
    return { centre: [lng, lat], zoom: this.map.getZoom() };
  }

  jumpTo({ centre, zoom }: View): void {
    this.map.jumpTo({ center: centre, zoom });
  }

  flyTo(at: LonLat, zoom: number): void {
    const { left, right, top, bottom } = this.insets;
    const offset: [number, number] = [(left - right) / 2, (top - bottom) / 2];
    this.map.easeTo({ center: at, zoom, offset, duration: still() ? 0 : 700 });
  }

  fit(box: BBox, leastZoom = 0): void {
    const { left, right, top, bottom } = this.insets;
    const { clientWidth, clientHeight } = this.map.getContainer();
    const margin = Math.min(48, clientWidth / 24, clientHeight / 16);
    const padding = { left: left + margin, right: right + margin, top: top + margin, bottom: bottom + margin };
    const camera = this.map.cameraForBounds(box, { padding, maxZoom: 18.2 });
    if (camera === undefined) return;
    this.map.easeTo({ ...camera, zoom: Math.max(camera.zoom ?? 0, leastZoom), duration: still() ? 0 : 700 });
  }

  reveal(at: LonLat): void {
    const { left, right, top, bottom } = this.insets;
    const { clientWidth, clientHeight } = this.map.getContainer();
    const { x, y } = this.map.project(at);
    const isClear = x > left + 30 && x < clientWidth - right - 30 && y > top + 30 && y < clientHeight - bottom - 30;
    if (!isClear) this.flyTo(at, this.map.getZoom());
  }

  zoomBy(steps: number): void {
    this.map.easeTo({ zoom: this.map.getZoom() + steps, duration: still() ? 0 : 250 });
  }

  setInsets(insets: Insets): void {
    this.insets = insets;
  }

  showOverlays(ids: ReadonlySet<string>): void {
    for (const { id, layers } of OVERLAYS) this.showLayers(layers.map(({ spec }) => spec.id), ids.has(id));
    // The theme of grids brings names of its own, with who leads the grid.
    this.showLayers(['names-grids', 'grids-line'], !ids.has('grid_tints'));
    this.names.refresh();
  }

  showLayers(layers: readonly string[], shown: boolean): void {
    for (const id of layers) {
      if (this.map.getLayer(id) !== undefined) this.map.setLayoutProperty(id, 'visibility', shown ? 'visible' : 'none');
    }
  }

  setData(source: string, features: Feature[]): void {
    const held = this.map.getSource<GeoJSONSource>(source);
    void held?.setData({ type: 'FeatureCollection', features: features as GeoJSON.Feature[] });
  }

  setGridColours(colours: ReadonlyMap<string, number>): void {
    this.map.setPaintProperty('grid-tint', 'fill-color', tintOf(colours));
  }

  setDecorate(decorate: Decorate): void {
    this.names.redecorate(decorate);
  }

  setChosen(chosen: { layer: string; id: number } | null, shape: Feature | null): void {
    this.mark(this.chosen, false);
    this.chosen = chosen;
    this.mark(chosen, true);
    this.setData('chosen', shape === null ? [] : [shape]);
  }

  setHovered(shape: Feature | null): void {
    this.setData('hovered', shape === null ? [] : [shape]);
  }

  setMe(at: LonLat, accuracy_m: number): void {
    const point: Feature = { type: 'Feature', id: 1, geometry: { type: 'Point', coordinates: at }, properties: {} };
    const disc: Feature = { type: 'Feature', id: 2, geometry: { type: 'Polygon', coordinates: [circle(at, accuracy_m)] }, properties: {} };
    this.setData('me', [disc, point]);
  }

  setOutside(rings: LonLat[][]): void {
    const world: LonLat[] = [[-180, -85], [180, -85], [180, 85], [-180, 85], [-180, -85]];
    this.setData('outside', [{ type: 'Feature', id: 1, geometry: { type: 'Polygon', coordinates: [world, ...rings] }, properties: {} }]);
  }

  renew(): void {
    for (const id of ['base', 'houses', 'places', 'doors', 'projects']) this.map.refreshTiles(id);
    this.names.renew();
  }

  renewIn(layer: string, boxes: readonly BBox[]): void {
    for (const { source, minzoom, maxzoom } of tileSourcesOf(layer)) {
      const tiles = boxes.flatMap((box) => touchedTiles(box, minzoom, maxzoom));
      if (boxes.length === 0) continue;
      if (tiles.length > MOST_TILES) this.map.refreshTiles(source);
      else this.map.refreshTiles(source, tiles);
    }
    this.names.renew(layer);
  }

  private mark(target: { layer: string; id: number } | null, chosen: boolean): void {
    const source = target === null ? undefined : SOURCE_OF[target.layer];
    if (target === null || source === undefined) return;
    this.map.setFeatureState({ source, sourceLayer: target.layer, id: target.id }, { chosen });
  }

  /** The names of the areas in the middle of what the panels leave of the map. */
  private middleAreas(): string[] {
    const { clientWidth, clientHeight } = this.map.getContainer();
    const { left, right, top, bottom } = this.insets;
    const at: [number, number] = [(left + clientWidth - right) / 2, (top + clientHeight - bottom) / 2];
    const names = AREAS.toReversed().map((id) => {
      const found = this.map.queryRenderedFeatures(at, { layers: [id] });
      return found.find(({ properties }) => properties['kind'] !== 'dedicated') ?? found[0];
    });
    return names.map((feature) => feature?.properties['name']).filter((name) => typeof name === 'string' && name !== '');
  }

  private pick(point: Point, slack: number): Picked[] {
    const all = new Map<string, Picked>();
    const box: [PointLike, PointLike] = [
      [point.x - slack, point.y - slack],
      [point.x + slack, point.y + slack],
    ];
    const shown = PICKABLE.filter(([id]) => this.map.getLayoutProperty(id, 'visibility') !== 'none');
    for (const [id, layer] of shown) {
      if (id === 'buildings' && this.map.getZoom() < HOUSE_ZOOM) continue;
      // an area is reached through the smaller one in it
      if (AREAS.includes(id) && [...all.values()].some((picked) => AREAS.includes(`touch-${picked.layer}`))) break;
      const hit = this.map.queryRenderedFeatures(SIGNS.has(id) ? box : point, { layers: [id] });
      const inOrder = hit.toSorted((a, b) => Number(b.properties['kind'] === 'dedicated') - Number(a.properties['kind'] === 'dedicated'));
      // A merged block of a low zoom has no id and is nothing to pick.
      const each = inOrder.map((feature) => pickedOf(feature, layer)).filter((picked) => picked !== null);
      for (const picked of AREAS.includes(id) ? each.slice(0, 1) : each) {
        const key = `${layer}.${picked.id}`;
        if (all.size < MOST_PICKED && !all.has(key)) all.set(key, picked);
      }
    }
    return [...all.values()];
  }

  private async clicked(point: Point, at: LonLat): Promise<void> {
    const cluster = this.map.queryRenderedFeatures(point, { layers: GATHERED })[0];
    if (cluster?.geometry.type === 'Point') {
      const source = this.map.getSource<GeoJSONSource>(cluster.source);
      const zoom = await source?.getClusterExpansionZoom(Number(cluster.properties['cluster_id']));
      this.map.easeTo({ center: cluster.geometry.coordinates as LonLat, zoom: Math.min((zoom ?? 15) + 0.4, 18), duration: still() ? 0 : 500 });
      return;
    }
    this.listener.clicked(at, this.pick(point, 8));
  }

  private pointed(): void {
    const point = this.pointer;
    this.pointer = null;
    if (point === null || this.map.isMoving()) return;
    const picked = this.pick(point, 2)[0] ?? null;
    const gathered = this.map.queryRenderedFeatures(point, { layers: GATHERED }).length > 0;
    const sharp = gathered || (picked !== null && (SIGNS.has(picked.layer) || picked.layer === 'buildings'));
    this.map.getCanvas().style.cursor = sharp ? 'pointer' : '';
    this.listener.hovered(picked);
  }
}

export interface MapStart {
  container: HTMLElement;
  view: View | null;
  extent: BBox | null;
  decorate: Decorate;
  words: { canvas: string };
}

/** Builds the map; resolves when its style is ready to be shown and changed. */
export function createMap(start: MapStart, listener: MapListener): Promise<MapHandle> {
  const map = new MapLibre({
    container: start.container,
    style: buildStyle(location.origin + ROOT),
    ...(start.view === null ? {} : { center: start.view.centre, zoom: start.view.zoom }),
    ...(start.view === null && start.extent !== null ? { bounds: start.extent, fitBoundsOptions: { padding: 40 } } : {}),
    minZoom: 8,
    maxZoom: 20,
    maxPitch: 0,
    dragRotate: false,
    pitchWithRotate: false,
    attributionControl: false,
    fadeDuration: still() ? 0 : 150,
    locale: { 'Map.Title': start.words.canvas },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.setMissingStyleImageResolver((id) => {
    const pixels = signPixels(id);
    if (pixels !== null && !map.hasImage(id)) map.addImage(id, pixels.data, { pixelRatio: pixels.ratio });
  });
  // A handle for the browser tests; the app itself never reads it.
  Object.assign(window, { __minqing: { map } });
  return new Promise((resolve) => {
    map.once('style.load', () => resolve(new MapView(map, listener, start.decorate)));
  });
}
