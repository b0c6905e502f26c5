/** Fetches the places of names as the map moves; each cell once. */

import type { GeoJSONSource, Map as MapLibre } from 'maplibre-gl';

import type { BBox, Feature, Properties } from '../api/types';
import { wholeTile } from '../api/client';
import { labelPoint } from '../geo/label-point';
import { tilesOver } from '../geo/tiles';
import { nameLayers, NAME_SOURCES, type NameSource } from './style';

export type Decorate = (layer: string, properties: Properties) => Properties;

interface Held {
  cells: Set<string>;
  /** Layers of the style that write these names; none of them shown, none fetched. */
  writtenBy: string[];
  features: Map<number, { geometry: Feature['geometry']; properties: Properties }>;
}

/** More cells than this at once and the map is too far out for names to help. */
const MOST_CELLS = 40;

export class NameLoader {
  private readonly held = new Map<string, Held>();

  constructor(
    private readonly map: MapLibre,
    private decorate: Decorate,
  ) {
    for (const { layer } of NAME_SOURCES) this.held.set(layer, { cells: new Set(), features: new Map(), writtenBy: nameLayers(layer) });
    map.on('moveend', () => this.refresh());
  }

  /** Words on names changed (language, who leads a grid): write them anew. */
  redecorate(decorate: Decorate): void {
    this.decorate = decorate;
    for (const { layer } of NAME_SOURCES) this.show(layer);
  }

  /** Forgets everything, or one layer: the server has newer data. */
  renew(layer?: string): void {
    for (const [name, held] of this.held) {
      if (layer !== undefined && layer !== name) continue;
      held.cells.clear();
      held.features.clear();
    }
    this.refresh();
  }

  refresh(): void {
    const bounds = this.map.getBounds();
    const box: BBox = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    for (const source of NAME_SOURCES) {
      if (this.map.getZoom() >= source.minzoom && this.shown(source.layer)) void this.load(source, box);
    }
  }

  private shown(layer: string): boolean {
    const written = this.held.get(layer)?.writtenBy ?? [];
    return written.some((id) => this.map.getLayer(id) !== undefined && this.map.getLayoutProperty(id, 'visibility') !== 'none');
  }

  private async load({ layer, cellZoom, fields }: NameSource, box: BBox): Promise<void> {
    const held = this.held.get(layer);
    if (held === undefined) return;
    const missing = tilesOver(box, cellZoom, MOST_CELLS).filter(({ x, y }) => !held.cells.has(`${x}/${y}`));
    if (missing.length === 0) return;
    for (const { x, y } of missing) held.cells.add(`${x}/${y}`);
    await Promise.all(
      missing.map(async ({ z, x, y }) => {
        try {
          const tile = await wholeTile(layer, z, x, y, ['code', 'name', ...fields].join(','));
          for (const feature of tile.features) {
            const at = labelPoint(feature.geometry);
            const { name, number } = feature.properties;
            if (at === null || held.features.has(feature.id) || !(name || number)) continue;
            held.features.set(feature.id, { geometry: { type: 'Point', coordinates: at }, properties: feature.properties });
          }
        } catch {
          held.cells.delete(`${x}/${y}`);
        }
      }),
    );
    this.show(layer);
  }

  private show(layer: string): void {
    const source = this.map.getSource<GeoJSONSource>(`names-${layer}`);
    const held = this.held.get(layer);
    if (source === undefined || held === undefined || held.features.size === 0) return;
    const features = [...held.features].map(([id, { geometry, properties }]) => {
      const known = Object.entries(this.decorate(layer, properties)).filter(([, value]) => value !== null);
      return { type: 'Feature' as const, id, geometry: geometry as GeoJSON.Geometry, properties: Object.fromEntries(known) };
    });
    void source.setData({ type: 'FeatureCollection', features });
  }
}
