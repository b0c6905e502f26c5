/** What a theme is: some layers of the map, and what each sign of them says in the legend. */

import type { Properties } from '../../api/types';
import type { LayerSpecification } from '../types';

export type ThemeId = 'grids' | 'risk' | 'renovation' | 'inspection' | 'facilities';
export const THEMES: readonly ThemeId[] = ['grids', 'risk', 'renovation', 'inspection', 'facilities'];

/** Where in the stack a layer goes: under the streets, over the houses, or on top. */
export type Slot = 'ground' | 'lines' | 'signs';

export type Swatch =
  | { kind: 'fill'; colour: string; line?: string }
  | { kind: 'line'; colour: string; dashed?: boolean; width?: number }
  | { kind: 'sign'; name: string };

export interface LegendEntry {
  /** Names the entry in the texts (`legend.<key>`) unless `code` says otherwise. */
  key: string;
  swatch: Swatch;
  /** A code list of the catalogue that has the words: layer, field, code. */
  code?: [layer: string, field: string, code: string];
}

/** An entry that a drawn feature calls for, with the sign it is drawn by where that is not always the same. */
export interface LegendMark {
  key: string;
  sign: string;
  /** Of several signs that call for one entry the one of the highest weight is its sample. */
  weight: number;
}

export interface ThemeLayer {
  slot: Slot;
  spec: LayerSpecification;
  /** Which legend entries a drawn feature of this layer calls for. */
  legend?: (properties: Properties) => (string | LegendMark)[];
}

export interface Overlay {
  id: string;
  layers: ThemeLayer[];
  legend: LegendEntry[];
}
