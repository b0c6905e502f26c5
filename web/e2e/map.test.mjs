/** The map in a real browser against a running server with the demonstration data. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { api, BASE, boxOf, colours, DESKTOP, difference, idle, initials, inner, launch, mapOnly, middle, near, open, PHONE, visit } from './driver.mjs';

const THEMES = ['grids', 'risk', 'renovation', 'inspection', 'facilities'];
const SIZES = [
  ['on an office screen', DESKTOP],
  ['on a phone', PHONE],
];

let browser;
let compound;
let building;
let lake;
let park;

/** A compound that the server finds by its initials, before all others. */
async function findCompound() {
  const { features } = await api('/api/collections/compounds/items?limit=200');
  for (const feature of features) {
    const q = initials(feature.properties.name ?? '');
    if (q.length < 3) continue;
    const { results } = await api(`/api/search?q=${encodeURIComponent(q)}&limit=20`);
    if (results[0]?.layer === 'compounds' && results[0].id === feature.id) return { ...feature, initials: q };
  }
  throw new Error('no compound can be found by its initials');
}

function boxSize(feature) {
  const [west, south, east, north] = boxOf(feature);
  return (east - west) * (north - south);
}

function largest(features) {
  return features.toSorted((a, b) => boxSize(b) - boxSize(a))[0];
}

before(async () => {
  browser = await launch();
  compound = await findCompound();
  const ask = encodeURIComponent('household_count > 12 AND entrance_count > 1');
  building = (await api(`/api/collections/buildings/items?limit=1&filter=${ask}`)).features[0];
  lake = largest((await api(`/api/collections/water/items?limit=200&filter=${encodeURIComponent("kind <> 'river'")}`)).features);
  park = largest((await api(`/api/collections/land_use/items?limit=1000&filter=${encodeURIComponent("kind = 'park'")}`)).features);
  assert.ok(building && lake && park, 'the demonstration has a house with entrances, a lake and a park');
});

after(() => browser?.close());

function at([lon, lat], zoom, more = '') {
  return `#at=${lon.toFixed(6)},${lat.toFixed(6)}&zoom=${zoom}${more}`;
}

for (const [where, size] of SIZES) {
  const isPhone = size === PHONE;

  describe(where, () => {
    test('the map paints: paper, white streets, houses, and names without any glyph server', async () => {
      const { page, close } = await open(browser, size, at(middle(compound), 16.4, '&theme=risk'));
      const counts = await colours(page, mapOnly(size));
      assert.ok(counts.size > 60, `${counts.size} colours`);
      const all = [...counts.values()].reduce((sum, n) => sum + n, 0);
      for (const [what, colour, least] of [['streets', '#ffffff', 0.003], ['houses', '#ded5c8', 0.01]]) {
        const share = near(counts, colour) / all;
        assert.ok(share > least, `${what} are ${share} of the picture`);
      }
      const named = await page.evaluate(() => window.__minqing.map.queryRenderedFeatures({ layers: ['road-names', 'names-compounds', 'names-grids'] }).length);
      assert.ok(named > 3, `${named} names`);
      await close();
    });

    test('the initials of a compound fly there and open its card', async () => {
      const { page, close } = await open(browser, size);
      if (isPhone) await page.locator('input[role=combobox]').tap();
      else await page.keyboard.press('/');
      await page.keyboard.type(compound.initials);
      await page.locator('[role=option]').first().waitFor();
      await page.keyboard.press('Enter');
      await page.locator('article h2', { hasText: compound.properties.name }).waitFor();
      await idle(page);
      const [lon, lat] = middle(compound);
      const seen = await page.evaluate(([x, y]) => window.__minqing.map.project([x, y]), [lon, lat]);
      const { x, y, width, height } = mapOnly(size);
      assert.ok(seen.x > x - 5 && seen.x < x + width && seen.y > (isPhone ? 110 : y) && seen.y < y + height, `the compound is at ${seen.x}, ${seen.y}`);
      assert.ok(await page.evaluate(() => window.__minqing.map.getZoom()) > 15);
      assert.match(page.url(), new RegExp(`pick=compounds\\.${compound.id}`));
      await close();
    });

    test('a click on a house shows the chain down to it, the posts with their telephones, its entrances and households', async () => {
      const place = inner(building);
      const { page, close } = await open(browser, size, at(place, 18.6, '&theme=risk'));
      const spot = await page.evaluate((lonLat) => window.__minqing.map.project(lonLat), place);
      await page.mouse.click(spot.x, spot.y);
      await page.locator('[data-chain] [data-layer=buildings]').waitFor();
      const layers = await page.locator('[data-chain] li').evaluateAll((items) => items.map((item) => item.dataset.layer));
      const told = await api(`/api/locate?lon=${place[0].toFixed(7)}&lat=${place[1].toFixed(7)}`);
      assert.deepEqual(layers, told.chain.map(({ layer }) => layer).filter((layer) => layer !== 'entrances'));
      for (const layer of ['subdistricts', 'communities', 'grids', 'compounds', 'buildings']) assert.ok(layers.includes(layer), layer);
      await page.locator('[data-section=related-entrances] [data-related] li').first().waitFor();
      const calls = await page.locator('[data-posts] a[href^="tel:"]').count();
      assert.ok(calls > 0, 'posts can be called');
      assert.ok((await page.locator('[data-households] .floor').count()) > 1, 'households by floor');
      assert.ok((await page.locator('[data-attributes] dt').count()) > 3, 'attributes in words');
      await page.keyboard.press('Escape');
      await page.locator('article').waitFor({ state: 'detached' });
      await close();
    });

    test('each theme looks different, and its legend has only what is on the map', async () => {
      const { page, close } = await open(browser, size, at(middle(compound), 14.6));
      const seen = [];
      for (const theme of THEMES) {
        await page.locator(`[data-theme="${theme}"]`).click();
        await page.waitForTimeout(300);
        await idle(page);
        const counts = await colours(page, mapOnly(size));
        for (const [other, before] of seen) assert.ok(difference(before, counts) > 0.004, `${theme} looks like ${other}: ${difference(before, counts)}`);
        seen.push([theme, counts]);
        const legend = await page.locator('[data-legend]').textContent();
        assert.ok((legend ?? '').length > 8, theme);
        if (theme !== 'renovation') assert.doesNotMatch(legend ?? '', /1981/);
        assert.match(page.url(), new RegExp(`theme=${theme}`));
      }
      await close();
    });

    test('the language switches, and stays in the address', async () => {
      const { page, close } = await open(browser, size);
      assert.match((await page.locator('[data-theme=risk]').textContent()) ?? '', /隐患四色/);
      await page.getByLabel('切换到英文').click();
      assert.match((await page.locator('[data-theme=risk]').textContent()) ?? '', /Risks/);
      assert.equal(await page.locator('html').getAttribute('lang'), 'en');
      await idle(page);
      assert.match(page.url(), /lang=en/);
      await page.reload();
      await idle(page);
      assert.match((await page.locator('[data-theme=risk]').textContent()) ?? '', /Risks/);
      await close();
    });
  });
}

describe('on the map and beside it', () => {
  test('water and green are in their colours', async () => {
    for (const [place, colour, theme] of [[lake, '#bcd7e6', 'risk'], [park, '#d5e6c8', 'risk'], [park, '#d5e6c8', 'renovation']]) {
      const { page, close } = await open(browser, DESKTOP, at(inner(place), 17, `&theme=${theme}`));
      const counts = await colours(page, mapOnly(DESKTOP));
      assert.ok(near(counts, colour) > 2000, `${colour} under ${theme}: ${near(counts, colour)} pixels`);
      await close();
    }
  });

  test('what is near comes sorted by distance, and a row lights up its feature', async () => {
    const { page, close } = await open(browser, DESKTOP, at(middle(compound), 16.5, `&pick=compounds.${compound.id}`));
    await page.locator('[data-action=nearby]').click();
    const rows = page.locator('[data-nearby] [data-feature]');
    await rows.first().waitFor();
    const metres = (await page.locator('[data-nearby] .distance').allTextContents()).map((text) => Number.parseFloat(text) * (text.includes('公里') ? 1000 : 1));
    assert.ok(metres.length > 2);
    assert.deepEqual(metres, metres.toSorted((a, b) => a - b));
    await rows.first().locator('button').focus();
    await page.waitForFunction(() => window.__minqing.map.getStyle().sources.hovered.data.features.length > 0);
    await close();
  });

  test('an address that was copied opens the same map', async () => {
    const first = await open(browser, DESKTOP, at(middle(compound), 16.2, `&theme=inspection&pick=compounds.${compound.id}`));
    const address = new URL(first.page.url()).hash;
    await first.close();
    const second = await open(browser, DESKTOP, address);
    await second.page.locator('article h2', { hasText: compound.properties.name }).waitFor();
    assert.equal(await second.page.locator('[data-theme=inspection]').getAttribute('aria-checked'), 'true');
    assert.equal(new URL(second.page.url()).hash, address);
    await second.close();
  });
});

describe('when the server goes away', () => {
  test('the page says so, keeps the map, and goes on when it is back', async () => {
    const { page, close } = await visit(browser, DESKTOP);
    await page.goto(BASE);
    await idle(page);
    await page.route('**/{api,tiles,health}/**', (route) => route.abort('connectionrefused'));
    await page.mouse.click(700, 400);
    await page.getByText('连不上民情图服务').waitFor();
    assert.ok((await colours(page, mapOnly(DESKTOP))).size > 40, 'the map is still there');
    await page.unroute('**/{api,tiles,health}/**');
    await page.getByRole('alert').getByRole('button', { name: '重试' }).first().click();
    await page.getByText('连不上民情图服务').waitFor({ state: 'detached' });
    await close();
  });

  test('a service without its database says how old the map is, and the page goes on', async () => {
    const { page, close } = await visit(browser, DESKTOP);
    await page.goto(BASE);
    await idle(page);
    await page.route('**/{api,health}/**', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, headers: { ...response.headers(), 'minqing-stale-seconds': '12' } });
    });
    await page.mouse.click(700, 400);
    await page.getByText('图上是 12 秒前的数据').waitFor();
    assert.ok((await colours(page, mapOnly(DESKTOP))).size > 40, 'the map is still there');
    await page.unroute('**/{api,health}/**');
    await page.getByText('秒前的数据').waitFor({ state: 'detached' });
    await close();
  });

  test('a start without a server is told in plain words', async () => {
    const { page, close } = await visit(browser, PHONE);
    await page.route('**/api/**', (route) => route.abort('connectionrefused'));
    await page.goto(BASE);
    await page.getByText('没有连上民情图服务').waitFor();
    await page.unroute('**/api/**');
    await page.getByRole('button', { name: '重试' }).click();
    await idle(page);
    await close();
  });
});

describe('for thumbs and keyboards', () => {
  test('on a phone whatever can be touched is 44 pixels high', async () => {
    const { page, close } = await open(browser, PHONE, at(middle(compound), 16.5, `&pick=compounds.${compound.id}`));
    await page.locator('[data-posts] a').first().waitFor();
    const small = await page.locator('button:visible, a:visible, input[role=combobox]').evaluateAll((parts) =>
      parts
        .filter((part) => !part.matches('.skip') && part.getBoundingClientRect().height < 43.5)
        .map((part) => `${part.textContent?.trim()} ${part.getBoundingClientRect().height}`),
    );
    assert.deepEqual(small, []);
    await close();
  });

  test('the sheet has three heights', async () => {
    const { page, close } = await open(browser, PHONE, at(middle(compound), 16.5, `&pick=compounds.${compound.id}`));
    const sheet = page.locator('article[data-height]');
    await sheet.waitFor();
    const heights = new Set();
    for (let step = 0; step < 3; step += 1) {
      await page.waitForTimeout(300);
      heights.add(Math.round((await sheet.boundingBox())?.height ?? 0));
      await page.locator('.grip').press('Enter');
    }
    assert.equal(heights.size, 3);
    await close();
  });

  test('the tree of areas opens level by level, with counts', async () => {
    const { page, close } = await open(browser, DESKTOP);
    await page.locator('#tab-tree').click();
    for (let level = 1; level <= 3; level += 1) {
      const open = page.locator('.el-tree-node.is-expanded').last();
      const scope = level === 1 ? page.locator('.el-tree') : open.locator('> .el-tree-node__children');
      await scope.locator('.el-tree-node__expand-icon:not(.is-leaf)').first().click();
      await page.waitForFunction((n) => document.querySelectorAll('.el-tree-node.is-expanded').length >= n, level);
    }
    const counts = (await page.locator('.el-tree .count').allTextContents()).join(' ');
    for (const unit of ['个社区', '个网格', '个小区']) assert.ok(counts.includes(unit), unit);
    await close();
  });
});
