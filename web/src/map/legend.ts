/** What of the legend is on the map now. */

import type { Map as MapLibre } from 'maplibre-gl';

import { OVERLAYS } from './themes';

const LAYERS = OVERLAYS.flatMap(({ layers }) => layers).filter(({ legend }) => legend !== undefined);

/** Lines of the base that the legend names, and from which zoom they are drawn. */
const LINES = [
  { layer: 'subdistricts-line', key: 'line-subdistricts' },
  { layer: 'communities-line', key: 'line-communities' },
  { layer: 'grids-line', key: 'line-grids' },
  { layer: 'grids-dedicated-line', key: 'line-grids-dedicated' },
  { layer: 'compounds-line', key: 'line-compounds' },
] as const;

/** Keys of the legend entries that something drawn calls for. */
export function legendKeys(map: MapLibre): Set<string> {
  const keys = new Set<string>();
  const visible = (id: string): boolean => map.getLayer(id) !== undefined && map.getLayoutProperty(id, 'visibility') !== 'none';
  for (const { spec, legend } of LAYERS) {
    if (legend === undefined || !visible(spec.id)) continue;
    for (const feature of map.queryRenderedFeatures({ layers: [spec.id] })) {
      for (const key of legend(feature.properties)) keys.add(key);
    }
  }
  for (const { layer, key } of LINES) {
    if (visible(layer) && map.queryRenderedFeatures({ layers: [layer] }).length > 0) keys.add(key);
  }
  return keys;
}
