import { expect, test } from 'vitest';

import { readAddress, writeAddress, type Address } from './address';

test('what is written is read again', () => {
  const full: Address = {
    view: { centre: [108.96012, 34.22034], zoom: 16.25 },
    theme: 'risk',
    language: 'en',
    chosen: { layer: 'risk_points', id: 31 },
    at: [108.961234, 34.221234],
  };
  expect(readAddress(writeAddress(full))).toEqual(full);
  const empty: Address = { view: null, theme: null, language: null, chosen: null, at: null };
  expect(readAddress(writeAddress(empty))).toEqual(empty);
  expect(readAddress('')).toEqual(empty);
});

test.each(['#at=34.22', '#at=,&zoom=', '#at=900,34&zoom=12', '#at=108,34&zoom=99', '#theme=weather', '#pick=buildings.x', '#lang=fr', '#point=a,b', '#%%%'])(
  'an address that is not understood counts as not given: %s',
  (hash) => {
    expect(readAddress(hash)).toEqual({ view: null, theme: null, language: null, chosen: null, at: null });
  },
);
