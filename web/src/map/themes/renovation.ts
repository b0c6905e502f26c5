/** 改造批次: when compounds were built, and which project is at which stage. */

import { builtYear, FONT_BOLD, palette, stages, type Stage } from '../palette';
import type { ExpressionSpecification } from '../types';
import type { Overlay } from './theme';

const year: ExpressionSpecification = ['to-number', ['get', 'built_year']];
const known: ExpressionSpecification = ['has', 'built_year'];
const steps = builtYear.slice(1).flatMap((step, index) => [builtYear[index]?.below ?? 0, step.fill]);
const fillOf = ['step', year, builtYear[0].fill, ...steps] as unknown as ExpressionSpecification;

export function yearClass(value: unknown): string {
  if (typeof value !== 'number') return 'year-unknown';
  return `year-${builtYear.find(({ below }) => value < below)?.key ?? 'later'}`;
}

export const builtYears: Overlay = {
  id: 'built_year',
  layers: [
    {
      slot: 'ground',
      spec: {
        id: 'built-year',
        type: 'fill',
        source: 'places',
        'source-layer': 'compounds',
        filter: known,
        paint: { 'fill-color': fillOf, 'fill-opacity': 0.82, 'fill-antialias': false },
      },
      legend: (properties) => [yearClass(properties['built_year'])],
    },
    {
      slot: 'ground',
      spec: {
        id: 'built-year-unknown',
        type: 'fill',
        source: 'places',
        'source-layer': 'compounds',
        filter: ['!', known],
        paint: { 'fill-pattern': 'hatch' },
      },
      legend: () => ['year-unknown'],
    },
    {
      slot: 'ground',
      spec: {
        id: 'built-year-line',
        type: 'line',
        source: 'places',
        'source-layer': 'compounds',
        paint: { 'line-color': '#8d6b4a', 'line-width': 0.6 },
      },
    },
  ],
  legend: [
    ...builtYear.map(({ key, fill }) => ({ key: `year-${key}`, swatch: { kind: 'fill', colour: fill, line: '#8d6b4a' } as const })),
    { key: 'year-unknown', swatch: { kind: 'sign', name: 'hatch' } },
  ],
};

const stageOf = (phase: unknown): Stage =>
  (Object.keys(stages) as Stage[]).find((stage) => (stages[stage].phases as readonly string[]).includes(String(phase))) ?? 'reserve';

const lineOf: ExpressionSpecification = [
  'match',
  ['get', 'phase'],
  ...Object.values(stages).flatMap(({ line, phases }) => [[...phases], line]),
  stages.reserve.line,
] as unknown as ExpressionSpecification;

const early: ExpressionSpecification = ['in', ['get', 'phase'], ['literal', [...stages.reserve.phases]]];
const legend = (properties: Record<string, unknown>): string[] => [`stage-${stageOf(properties['phase'])}`];
const thick: ExpressionSpecification = ['interpolate', ['linear'], ['zoom'], 12, 1.6, 15, 3, 18, 5];

export const renovationProjects: Overlay = {
  id: 'renovation_projects',
  layers: [
    {
      slot: 'lines',
      spec: {
        id: 'renovation_projects',
        type: 'fill',
        source: 'projects',
        'source-layer': 'renovation_projects',
        paint: { 'fill-color': lineOf, 'fill-opacity': 0.1 },
      },
      legend,
    },
    {
      slot: 'lines',
      spec: {
        id: 'renovation_projects-casing',
        type: 'line',
        source: 'projects',
        'source-layer': 'renovation_projects',
        layout: { 'line-join': 'round' },
        paint: { 'line-color': '#ffffff', 'line-opacity': 0.85, 'line-width': ['interpolate', ['linear'], ['zoom'], 12, 3.2, 15, 5.5, 18, 8] },
      },
    },
    {
      slot: 'lines',
      spec: {
        id: 'renovation_projects-line',
        type: 'line',
        source: 'projects',
        'source-layer': 'renovation_projects',
        filter: ['!', early],
        layout: { 'line-join': 'round' },
        paint: { 'line-color': lineOf, 'line-width': thick },
      },
    },
    {
      slot: 'lines',
      spec: {
        id: 'renovation_projects-early',
        type: 'line',
        source: 'projects',
        'source-layer': 'renovation_projects',
        filter: early,
        paint: { 'line-color': lineOf, 'line-width': thick, 'line-dasharray': [2.2, 1.4] },
      },
    },
    {
      slot: 'signs',
      spec: {
        id: 'names-renovation_projects',
        type: 'symbol',
        source: 'names-renovation_projects',
        minzoom: 13.2,
        layout: {
          'text-field': ['coalesce', ['get', 'note'], ['get', 'name'], ''],
          'text-font': FONT_BOLD,
          'text-size': ['interpolate', ['linear'], ['zoom'], 13, 11, 17, 14],
          'text-max-width': 10,
        },
        paint: { 'text-color': palette.ink, 'text-halo-color': '#ffffff', 'text-halo-width': 2 },
      },
    },
  ],
  legend: (Object.keys(stages) as Stage[]).map((stage) => ({
    key: `stage-${stage}`,
    swatch: { kind: 'line', colour: stages[stage].line, width: 3, dashed: stage === 'reserve' } as const,
  })),
};
