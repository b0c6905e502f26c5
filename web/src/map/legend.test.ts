import { expect, test } from 'vitest';

import { gatherMarks } from './legend';
import { OVERLAYS } from './themes';

/** What a drawn feature of a layer calls for. */
function marks(layer: string, properties: Record<string, unknown>) {
  return OVERLAYS.flatMap(({ layers }) => layers).find(({ spec }) => spec.id === layer)?.legend?.(properties) ?? [];
}

test('the legend takes the sign of what is drawn: with yellow alone on the map no red and no blue is in it', () => {
  const yellow = marks('risk_points', { legend: 'risk-yellow risk-progress risk-overdue', sign: 'risk-yellow-progress-overdue', severity: 2 });
  expect([...gatherMarks(yellow)]).toEqual([
    ['risk-yellow', 'risk-yellow-progress'],
    ['risk-progress', 'risk-yellow-progress'],
    ['risk-overdue', 'risk-yellow-progress-overdue'],
  ]);
});

test('of several signs for one entry the worst is the sample; a gathering has the colour of its worst', () => {
  const blue = marks('risk_points', { legend: 'risk-blue risk-open', sign: 'risk-blue-open', severity: 1 });
  const orange = marks('risk_points', { legend: 'risk-orange risk-open', sign: 'risk-orange-open', severity: 3 });
  const gathered = marks('risk_points-gathered-disc', { worst: 3 });
  const found = gatherMarks([...blue, ...orange, ...gathered]);
  expect(found.get('risk-open')).toBe('risk-orange-open');
  expect(found.get('risk_points-gathered')).toBe('gathered-risk-orange');
  const due = gatherMarks(marks('inspection_targets', { legend: 'due-overdue', sign: 'due-overdue', severity: 4 }));
  expect(due.get('due-overdue')).toBe('due-overdue');
  const late = gatherMarks(marks('cases', { legend: 'case-progress case-overdue', sign: 'case-progress-overdue', severity: 2 }));
  expect([...late]).toEqual([['case-progress', 'case-progress'], ['case-overdue', 'case-progress-overdue']]);
});
