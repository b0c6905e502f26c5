import { expect, test } from 'vitest';

import { dueClass, dueSoonFilter, overdueDays, progressOf, worstFirst } from './matters';

const TODAY = '2026-11-20';

test('statuses fall into open, in progress, closed; an unknown one is open', () => {
  expect(['registered', 'assigned', 'rejected', 'escalated', 'anything'].map(progressOf)).toEqual(Array.from({ length: 5 }, () => 'open'));
  expect(['rectifying', 'submitted', 'controlled'].map(progressOf)).toEqual(Array.from({ length: 3 }, () => 'progress'));
  expect(['closed', 'void'].map(progressOf)).toEqual(['closed', 'closed']);
});

test('overdue is counted for what is open, from the day after the deadline', () => {
  expect(overdueDays({ status: 'assigned', deadline: '2026-11-17' }, TODAY)).toBe(3);
  expect(overdueDays({ status: 'assigned', deadline: TODAY }, TODAY)).toBe(0);
  expect(overdueDays({ status: 'closed', deadline: '2026-11-17' }, TODAY)).toBe(0);
  expect(overdueDays({ status: 'assigned', deadline: null }, TODAY)).toBe(0);
  expect(overdueDays({ next_due: '2026-11-19' }, TODAY)).toBe(1);
});

test('a target is overdue, due within a week, later, or without a date', () => {
  expect(['2026-11-19', '2026-11-20', '2026-11-27', '2026-11-28', null].map((day) => dueClass(day, TODAY))).toEqual(['overdue', 'week', 'week', 'later', 'unknown']);
  expect(dueSoonFilter(TODAY)).toBe("next_due <= DATE('2026-11-27')");
});

function feature(id: number, properties: Record<string, unknown>) {
  return { type: 'Feature' as const, id, geometry: null, properties: { code: `F${id}`, status: 'assigned', ...properties } };
}

test('the worst comes first: by level, then by delay, then by what is due next', () => {
  const told = [
    feature(1, { level: 'yellow', deadline: '2026-01-01' }),
    feature(2, { level: 'red', deadline: null }),
    feature(3, { level: 'orange', deadline: '2026-11-30' }),
    feature(4, { level: 'red', deadline: '2026-11-25' }),
    feature(5, { level: 'red', deadline: '2026-11-10' }),
    feature(6, { deadline: '2026-01-01' }),
    feature(10, { level: 'blue', deadline: null }),
    feature(9, { level: 'blue', deadline: null }),
  ];
  expect(worstFirst(told, TODAY).map(({ id }) => id)).toEqual([5, 4, 2, 3, 1, 9, 10, 6]);
});
