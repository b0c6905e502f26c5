/** An open map shows what others change, at once and without being loaded anew. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { api, BASE, DESKTOP, idle, launch, middle, open } from './driver.mjs';

let browser;
let building;

before(async () => {
  browser = await launch();
  const ask = encodeURIComponent('household_count > 12 AND entrance_count > 1');
  building = (await api(`/api/collections/buildings/items?limit=1&filter=${ask}`)).features[0];
});
after(() => browser?.close());

async function move(geometry) {
  const response = await fetch(`${BASE}/api/collections/buildings/items/${building.id}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/merge-patch+json', 'if-match': '*' },
    body: JSON.stringify({ geometry }),
  });
  assert.equal(response.status, 200, await response.text());
}

/** Where the map draws the house now: the least longitude of its outline. */
function west(page) {
  return page.evaluate((id) => {
    const found = window.__minqing.map.querySourceFeatures('houses', { sourceLayer: 'buildings' }).filter((feature) => Number(feature.id) === id);
    const all = found.flatMap(({ geometry }) => geometry.coordinates.flat(Number.POSITIVE_INFINITY)).filter((_, at) => at % 2 === 0);
    return all.length === 0 ? null : Math.min(...all);
  }, building.id);
}

test('an edit by HTTP is on the open map within a second, and only the tiles that it touches are asked for', async () => {
  const [lon, lat] = middle(building);
  const { page, close } = await open(browser, DESKTOP, `#at=${lon.toFixed(6)},${lat.toFixed(6)}&zoom=16.4&pick=buildings.${building.id}`);
  const drawn = await west(page);
  assert.notEqual(drawn, null, 'the house is drawn');
  await page.evaluate(() => {
    window.stayedOpen = true;
  });
  const asked = [];
  page.on('request', (request) => {
    if (request.url().endsWith('.mvt')) asked.push(new URL(request.url()).pathname);
  });
  const moved = structuredClone(building.geometry);
  for (const polygon of moved.coordinates) for (const ring of polygon) for (const position of ring) position[0] += 0.0003;
  try {
    await move(moved);
    const began = Date.now();
    let now = drawn;
    while (Date.now() - began < 1000 && (now === null || Math.abs(now - drawn) < 0.0002)) {
      await page.waitForTimeout(30);
      now = await west(page);
    }
    const took = Date.now() - began;
    assert.ok(now !== null && now - drawn > 0.0002, `after ${took} ms the house is at ${now}, it was at ${drawn}`);
    assert.ok(await page.evaluate(() => window.stayedOpen), 'the page was not loaded anew');
    assert.ok(asked.length > 0 && asked.every((path) => path.includes('/buildings/')), `other tiles were asked for: ${asked}`);
    const tiles = new Set(asked);
    assert.ok(tiles.size <= 4, `${tiles.size} tiles were asked for`);
    await idle(page);
  } finally {
    await move(building.geometry);
  }
  await close();
});
