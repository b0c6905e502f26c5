import { expect, test } from 'vitest';

import { tilesOver } from './tiles';

test('a known place is in its known tile', () => {
  // 108.9600 E 34.2200 N at zoom 14, by the formula of the slippy map.
  expect(tilesOver([108.96, 34.22, 108.96, 34.22], 14)).toEqual([{ z: 14, x: 13150, y: 6532 }]);
});

test('a box over a tile edge needs both tiles, and never more than the limit', () => {
  const edge = (13150 / 2 ** 14) * 360 - 180;
  expect(tilesOver([edge - 1e-6, 34.22, edge + 1e-6, 34.22], 14).map(({ x }) => x)).toEqual([13149, 13150]);
  expect(tilesOver([-180, -85, 180, 85], 8, 12)).toHaveLength(12);
});

test('the world is one tile at zoom 0, also where the box leaves it', () => {
  expect(tilesOver([-200, -89, 200, 89], 0)).toEqual([{ z: 0, x: 0, y: 0 }]);
});
