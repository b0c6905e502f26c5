/** What of the legend is on the map now, and by which sign. */

import type { Map as MapLibre } from 'maplibre-gl';

import { OVERLAYS, type LegendMark } from './themes';

/** The entries that something drawn calls for; each with the sign on the map, `null` where it has but one. */
export type LegendNow = ReadonlyMap<string, string | null>;

const LAYERS = OVERLAYS.flatMap(({ layers }) => layers).filter(({ legend }) => legend !== undefined);

/** Lines of the base that the legend names, and from which zoom they are drawn. */
const LINES = [
  { layer: 'subdistricts-line', key: 'line-subdistricts' },
  { layer: 'communities-line', key: 'line-communities' },
  { layer: 'grids-line', key: 'line-grids' },
  { layer: 'grids-dedicated-line', key: 'line-grids-dedicated' },
  { layer: 'compounds-line', key: 'line-compounds' },
] as const;

/** One entry for each key, with the sign of the highest weight. */
export function gatherMarks(marks: Iterable<string | LegendMark>): LegendNow {
  const found = new Map<string, LegendMark | null>();
  for (const mark of marks) {
    if (typeof mark === 'string') {
      if (!found.has(mark)) found.set(mark, null);
      continue;
    }
    const before = found.get(mark.key);
    if (before === undefined || before === null || mark.weight > before.weight) found.set(mark.key, mark);
  }
  return new Map([...found].map(([key, mark]) => [key, mark?.sign ?? null]));
}

export function legendNow(map: MapLibre): LegendNow {
  const marks: (string | LegendMark)[] = [];
  const visible = (id: string): boolean => map.getLayer(id) !== undefined && map.getLayoutProperty(id, 'visibility') !== 'none';
  for (const { spec, legend } of LAYERS) {
    if (legend === undefined || !visible(spec.id)) continue;
    for (const feature of map.queryRenderedFeatures({ layers: [spec.id] })) marks.push(...legend(feature.properties));
  }
  for (const { layer, key } of LINES) {
    if (visible(layer) && map.queryRenderedFeatures({ layers: [layer] }).length > 0) marks.push(key);
  }
  return gatherMarks(marks);
}
