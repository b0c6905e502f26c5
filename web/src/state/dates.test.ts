import { expect, test } from 'vitest';

import { addDays, beijingDay, beijingMinute, dayOf, daysUntil } from './dates';

test('a moment late in the UTC day is the next day in Beijing', () => {
  expect(beijingDay(new Date('2026-03-04T17:30:00Z'))).toBe('2026-03-05');
  expect(beijingMinute(new Date('2026-03-04T17:30:00Z'))).toBe('2026-03-05 01:30');
});

test('a date stays what it is; anything else is no day', () => {
  expect(dayOf('2026-03-05')).toBe('2026-03-05');
  expect(dayOf('2026-03-04T17:30:00Z')).toBe('2026-03-05');
  expect(dayOf('soon')).toBeNull();
  expect(dayOf(null)).toBeNull();
});

test('days are counted over the end of a month and of a leap February', () => {
  expect(daysUntil('2026-03-02', '2026-02-27')).toBe(3);
  expect(daysUntil('2028-03-01', '2028-02-28')).toBe(2);
  expect(daysUntil('2026-11-17', '2026-11-20')).toBe(-3);
  expect(addDays('2026-12-29', 7)).toBe('2027-01-05');
});
