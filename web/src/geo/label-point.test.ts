import { expect, test } from 'vitest';

import type { LonLat } from '../api/types';
import { labelPoint, polygonLabelPoint } from './label-point';

/** Even-odd rule, written apart from the code under test. */
function covers(rings: LonLat[][], [x, y]: LonLat): boolean {
  let crossings = 0;
  for (const ring of rings) {
    ring.forEach((a, i) => {
      const b = ring[(i + 1) % ring.length] ?? a;
      if ((a[1] <= y) === (b[1] <= y)) return;
      if (a[0] + ((y - a[1]) / (b[1] - a[1])) * (b[0] - a[0]) > x) crossings += 1;
    });
  }
  return crossings % 2 === 1;
}

test('the name of a square is in its middle', () => {
  const [x, y] = polygonLabelPoint([[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]);
  expect(x).toBeCloseTo(0.5, 2);
  expect(y).toBeCloseTo(0.5, 2);
});

test('the name of a U is in the U and not in its gap', () => {
  const u: LonLat[][] = [[[0, 0], [10, 0], [10, 10], [7, 10], [7, 3], [3, 3], [3, 10], [0, 10], [0, 0]]];
  expect(covers(u, [5, 8])).toBe(false);
  expect(covers(u, polygonLabelPoint(u))).toBe(true);
});

test('the name keeps out of a courtyard', () => {
  const ring: LonLat[][] = [
    [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]],
    [[2, 2], [8, 2], [8, 8], [2, 8], [2, 2]],
  ];
  expect(covers(ring, polygonLabelPoint(ring))).toBe(true);
});

test('of many parts the largest has the name', () => {
  const small: LonLat[][] = [[[20, 20], [21, 20], [21, 21], [20, 21], [20, 20]]];
  const large: LonLat[][] = [[[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]];
  const at = labelPoint({ type: 'MultiPolygon', coordinates: [small, large] });
  expect(at !== null && covers(large, at)).toBe(true);
});

test('nothing has no place', () => {
  expect(labelPoint(null)).toBeNull();
  expect(labelPoint({ type: 'MultiPolygon', coordinates: [] })).toBeNull();
});
