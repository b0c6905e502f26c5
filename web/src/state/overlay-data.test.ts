import { expect, test } from 'vitest';

import type { Feature, Properties } from '../api/types';
import { caseSigns, outlines, reachCircles, riskSigns, targetSigns } from './overlay-data';

const TODAY = '2026-11-20';
const late = (days: number): string => `逾期 ${days} 天`;

function point(id: number, properties: Properties): Feature {
  return { type: 'Feature', id, geometry: { type: 'Point', coordinates: [108.96, 34.22] }, properties: { code: `C${id}`, name: null, ...properties } };
}

test('a risk point shows its level, where it stands, and how late it is', () => {
  const [sign] = riskSigns([point(1, { level: 'red', status: 'rectifying', deadline: '2026-11-17' })], TODAY, false, late);
  expect(sign?.properties).toMatchObject({ sign: 'risk-red-progress-overdue', severity: 4, note: '逾期 3 天', legend: 'risk-red risk-progress risk-overdue', fid: 1 });
});

test('closed risk points and cases come only when asked for, and are never the worst', () => {
  const closed = point(1, { level: 'red', status: 'closed', deadline: '2026-11-01' });
  expect(riskSigns([closed], TODAY, false, late)).toHaveLength(0);
  expect(riskSigns([closed], TODAY, true, late)[0]?.properties).toMatchObject({ sign: 'risk-red-closed', severity: 0, note: null });
  expect(caseSigns([point(2, { status: 'closed' })], TODAY, false)).toHaveLength(0);
  expect(caseSigns([point(3, { status: 'filed', deadline: '2026-11-19T02:10:00Z' })], TODAY, false)[0]?.properties['sign']).toBe('case-open-overdue');
});

test('targets are told apart by when they are due', () => {
  const signs = targetSigns([point(1, { next_due: '2026-11-18' }), point(2, { next_due: null })], TODAY, late);
  expect(signs.map(({ properties }) => properties['sign'])).toEqual(['due-overdue', 'due-unknown']);
});

test('reach is drawn for the kinds picked that have a radius', () => {
  const all = [point(1, { kind: 'clinic', service_radius_m: 300 }), point(2, { kind: 'clinic', service_radius_m: null }), point(3, { kind: 'market', service_radius_m: 500 })];
  expect(reachCircles(all, new Set(['clinic'])).map(({ id }) => id)).toEqual([1]);
});

test('a risk point that is an area keeps its outline', () => {
  const area: Feature = { type: 'Feature', id: 9, geometry: { type: 'Polygon', coordinates: [[[0, 0], [1, 0], [1, 1], [0, 0]]] }, properties: { status: 'assigned', level: 'blue' } };
  expect(outlines([area, point(1, { status: 'assigned' })], false)).toEqual([area]);
  expect(riskSigns([area], TODAY, false, late)[0]?.geometry?.type).toBe('Point');
});
