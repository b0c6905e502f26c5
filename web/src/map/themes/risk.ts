/** 隐患四色: risk points by level and by where they stand. */

import { risk, RISK_LEVELS } from '../palette';
import type { ExpressionSpecification } from '../types';
import { gatheredLayers, marksOf } from './points';
import type { LegendEntry, Overlay } from './theme';

const levels: LegendEntry[] = RISK_LEVELS.map((level) => ({
  key: `risk-${level}`,
  swatch: { kind: 'sign', name: `risk-${level}-open` },
  code: ['risk_points', 'level', level],
}));

/** The samples here stand in where nothing is drawn; the legend takes those of the signs on the map. */
const statuses: LegendEntry[] = [
  { key: 'risk-open', swatch: { kind: 'sign', name: 'risk-blue-open' } },
  { key: 'risk-progress', swatch: { kind: 'sign', name: 'risk-blue-progress' } },
  { key: 'risk-closed', swatch: { kind: 'sign', name: 'risk-blue-closed' } },
  { key: 'risk-overdue', swatch: { kind: 'sign', name: 'risk-red-open-overdue' } },
];

const colour = ['match', ['get', 'level'], ...RISK_LEVELS.flatMap((level) => [level, risk[level].fill]), risk.blue.fill] as unknown as ExpressionSpecification;

export const riskPoints: Overlay = {
  id: 'risk_points',
  layers: [
    {
      slot: 'lines',
      spec: {
        id: 'risk_points-outline',
        type: 'fill',
        source: 'risk_points-outlines',
        paint: { 'fill-color': colour, 'fill-opacity': 0.12, 'fill-outline-color': colour },
      },
    },
    ...gatheredLayers(
      'risk_points',
      RISK_LEVELS.map((level) => ({ severity: risk[level].severity, colour: risk[level].fill, sign: `risk-${level}-open`, key: `risk-${level}` })),
    ),
  ],
  legend: [...levels, ...statuses, { key: 'risk_points-gathered', swatch: { kind: 'sign', name: 'gathered-risk-red' } }],
};

export const cases: Overlay = {
  id: 'cases',
  layers: [
    {
      slot: 'signs',
      spec: {
        id: 'cases',
        type: 'symbol',
        source: 'cases',
        layout: {
          'icon-image': ['get', 'sign'],
          'icon-size': ['interpolate', ['linear'], ['zoom'], 12, 0.7, 16, 1],
          'icon-padding': 0,
          'symbol-sort-key': ['-', 0, ['get', 'severity']],
        },
      },
      legend: marksOf,
    },
  ],
  legend: [
    { key: 'case-open', swatch: { kind: 'sign', name: 'case-open' } },
    { key: 'case-progress', swatch: { kind: 'sign', name: 'case-progress' } },
    { key: 'case-closed', swatch: { kind: 'sign', name: 'case-closed' } },
    { key: 'case-overdue', swatch: { kind: 'sign', name: 'case-open-overdue' } },
  ],
};
