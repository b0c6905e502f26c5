import { expect, test } from 'vitest';

import { boundsOf, circle, metresPerPixel, scaleBar } from './bounds';

test('the box of nested polygons covers every corner', () => {
  const box = boundsOf({ type: 'MultiPolygon', coordinates: [[[[108.9, 34.2], [109, 34.3], [108.95, 34.1], [108.9, 34.2]]]] });
  expect(box).toEqual([108.9, 34.1, 109, 34.3]);
  expect(boundsOf(null)).toBeNull();
  expect(boundsOf({ type: 'MultiPolygon', coordinates: [] })).toBeNull();
});

test('a circle of 500 m is 500 m wide both ways', () => {
  const ring = circle([108.96, 34.22], 500);
  const east = Math.max(...ring.map(([lon]) => lon)) - 108.96;
  const north = Math.max(...ring.map(([, lat]) => lat)) - 34.22;
  // One degree of latitude is 111.195 km on the mean sphere; longitudes shrink with the cosine.
  expect(north * 111_195).toBeCloseTo(500, 0);
  expect(east * 111_195 * Math.cos((34.22 * Math.PI) / 180)).toBeCloseTo(500, 0);
});

test('a pixel at zoom 0 on the equator is a 512th of the equator', () => {
  expect(metresPerPixel(0, 0)).toBeCloseTo(40_030_228 / 512, -1);
});

test('the scale bar is round and fits', () => {
  for (let zoom = 8; zoom <= 20; zoom += 0.37) {
    const { metres, pixels } = scaleBar(34.22, zoom, 110);
    expect(pixels).toBeLessThanOrEqual(110);
    expect(pixels).toBeGreaterThan(110 / 2.6);
    expect(['1', '2', '5']).toContain(String(metres).replace(/0+$/, '').replace(/^0\.0*/, ''));
  }
});
