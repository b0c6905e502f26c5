import { expect, test } from 'vitest';

import { tilesOver, touchedTiles } from './tiles';

test('a change touches the tiles of its box and those whose margin it lies in, at every zoom', () => {
  const box: [number, number, number, number] = [108.96, 34.22, 108.9601, 34.2201];
  const tiles = touchedTiles(box, 10, 17);
  expect(new Set(tiles.map(({ z }) => z))).toEqual(new Set([10, 11, 12, 13, 14, 15, 16, 17]));
  for (let z = 10; z <= 17; z += 1) {
    const there = tiles.filter((tile) => tile.z === z);
    expect(there.length).toBeLessThanOrEqual(4);
    for (const tile of tilesOver(box, z)) expect(there).toContainEqual(tile);
  }
  // just over the edge of its neighbour: both show it
  const edge = (13151 / 2 ** 14) * 360 - 180;
  const near = touchedTiles([edge + 1e-5, 34.22, edge + 2e-5, 34.2201], 14, 14);
  expect(near.map(({ x }) => x)).toEqual(expect.arrayContaining([13150, 13151]));
});
