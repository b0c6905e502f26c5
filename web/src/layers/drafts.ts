/** Records of a file that is being imported, over the map as it is; faults on top of them. */

import { draft } from '../map/palette';
import type { ExpressionSpecification, LayerSpecification } from '../map/types';

const colour: ExpressionSpecification = [
  'match',
  ['get', 'becomes'],
  'insert', draft.insert,
  'update', draft.update,
  'refused', draft.refused,
  draft.unchanged,
];
const isDraft: ExpressionSpecification = ['==', ['get', 'is'], 'draft'];
const isPoint: ExpressionSpecification = ['==', ['geometry-type'], 'Point'];
const isArea: ExpressionSpecification = ['==', ['geometry-type'], 'Polygon'];

export const draftLayers: LayerSpecification[] = [
  {
    id: 'drafts-area',
    type: 'fill',
    source: 'drafts',
    filter: ['all', isDraft, isArea],
    paint: { 'fill-color': colour, 'fill-opacity': 0.22 },
  },
  {
    id: 'drafts-line',
    type: 'line',
    source: 'drafts',
    filter: ['all', isDraft, ['!', isPoint]],
    layout: { 'line-join': 'round' },
    paint: { 'line-color': colour, 'line-width': 2 },
  },
  {
    id: 'drafts-point',
    type: 'circle',
    source: 'drafts',
    filter: ['all', isDraft, isPoint],
    paint: { 'circle-radius': 6, 'circle-color': colour, 'circle-opacity': 0.85, 'circle-stroke-color': '#ffffff', 'circle-stroke-width': 1.5 },
  },
  {
    id: 'drafts-fault',
    type: 'circle',
    source: 'drafts',
    filter: ['==', ['get', 'is'], 'fault'],
    paint: { 'circle-radius': 9, 'circle-opacity': 0, 'circle-stroke-color': draft.refused, 'circle-stroke-width': 3 },
  },
];
