/** 设施覆盖: what serves people, and how far. */

import { facilityGroups, FONT, palette } from '../palette';
import type { ExpressionSpecification } from '../types';
import type { Overlay } from './theme';

const kinds = Object.values(facilityGroups).flatMap(({ kinds }) => Object.keys(kinds));
const fillOf: ExpressionSpecification = [
  'match',
  ['get', 'kind'],
  ...Object.values(facilityGroups).flatMap(({ fill, kinds }) => [Object.keys(kinds), fill]),
  '#55606b',
] as unknown as ExpressionSpecification;
const signOf: ExpressionSpecification = ['coalesce', ['image', ['concat', 'facility-', ['get', 'kind']]], ['image', 'facility-other']];
const legend = (properties: Record<string, unknown>): string[] => [`facility-${String(properties['kind'])}`];

export const facilities: Overlay = {
  id: 'facilities',
  layers: [
    {
      slot: 'signs',
      spec: {
        id: 'facilities-dot',
        type: 'circle',
        source: 'facilities',
        maxzoom: 15.5,
        paint: {
          'circle-radius': ['interpolate', ['linear'], ['zoom'], 11, 2, 15.5, 4.5],
          'circle-color': fillOf,
          'circle-stroke-color': '#ffffff',
          'circle-stroke-width': 1,
        },
      },
      legend,
    },
    {
      slot: 'signs',
      spec: {
        id: 'facilities',
        type: 'symbol',
        source: 'facilities',
        minzoom: 13.5,
        layout: {
          'icon-image': signOf,
          'icon-size': ['interpolate', ['linear'], ['zoom'], 13.5, 0.72, 16, 0.95],
          'icon-padding': 1,
          'symbol-sort-key': ['get', 'order'],
          'text-field': ['step', ['zoom'], '', 16, ['coalesce', ['get', 'title'], ['get', 'name'], '']],
          'text-font': FONT,
          'text-size': 11.5,
          'text-anchor': 'top',
          'text-offset': [0, 1.1],
          'text-max-width': 8,
          'text-optional': true,
        },
        paint: { 'text-color': palette.ink, 'text-halo-color': palette.halo, 'text-halo-width': 1.6 },
      },
      legend,
    },
  ],
  legend: kinds.map((kind) => ({ key: `facility-${kind}`, swatch: { kind: 'sign', name: `facility-${kind}` }, code: ['facilities', 'kind', kind] })),
};

/** The circles of the kinds that were picked. */
export const reach: Overlay = {
  id: 'reach',
  layers: [
    {
      slot: 'ground',
      spec: { id: 'reach', type: 'fill', source: 'reach', paint: { 'fill-color': fillOf, 'fill-opacity': 0.1, 'fill-antialias': false } },
      legend: () => ['reach'],
    },
    {
      slot: 'lines',
      spec: { id: 'reach-line', type: 'line', source: 'reach', paint: { 'line-color': fillOf, 'line-width': 1.2, 'line-dasharray': [4, 2.5], 'line-opacity': 0.8 } },
    },
  ],
  legend: [{ key: 'reach', swatch: { kind: 'fill', colour: '#b4531a33', line: '#b4531a' } }],
};
