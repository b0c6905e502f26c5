import { expect, test } from 'vitest';

import type { Feature } from '../api/types';
import { colourAreas } from './colouring';

function square(id: number, x: number, y: number): Feature {
  const ring: [number, number][] = [[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]];
  return { type: 'Feature', id, geometry: { type: 'MultiPolygon', coordinates: [[ring]] }, properties: { code: `G${id}` } };
}

const board = Array.from({ length: 36 }, (_, i) => square(i, i % 6, Math.floor(i / 6)));

test('neighbours have different colours', () => {
  const colours = colourAreas(board, 6);
  expect(colours.size).toBe(36);
  for (const a of board) {
    for (const b of board) {
      const apart = Math.max(Math.abs((a.id % 6) - (b.id % 6)), Math.abs(Math.floor(a.id / 6) - Math.floor(b.id / 6)));
      if (apart === 1) expect(colours.get(`G${a.id}`)).not.toBe(colours.get(`G${b.id}`));
    }
  }
});

test('the order of the areas does not matter, and every colour is used', () => {
  const colours = colourAreas(board, 6);
  expect(colourAreas(board.toReversed(), 6)).toEqual(colours);
  expect(new Set(colours.values()).size).toBe(6);
});
