/** What the card says is so: its counts are its lists and what the service counts; it is about what was chosen and nothing beside it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { api, boxOf, DESKTOP, idle, inner, launch, middle, open, PHONE } from './driver.mjs';

const MATTERS = ['risk_points', 'cases', 'inspection_targets'];
const SEVERITY = { red: 4, orange: 3, yellow: 2, blue: 1 };

let browser;
let today;

before(async () => {
  browser = await launch();
  today = (await api('/api/catalogue')).as_of.slice(0, 10);
});
after(() => browser?.close());

const items = (layer, filter, more = '', limit = 10_000) => api(`/api/collections/${layer}/items?limit=${limit}&filter=${encodeURIComponent(filter)}${more}`);

function soon() {
  return new Date(Date.parse(today) + 7 * 86_400_000).toISOString().slice(0, 10);
}

function filterOf(layer) {
  if (layer === 'risk_points') return "status NOT IN ('closed','void')";
  return layer === 'cases' ? "status <> 'closed'" : `next_due <= DATE('${soon()}')`;
}

function at([lon, lat], zoom, more = '') {
  return `#at=${lon.toFixed(6)},${lat.toFixed(6)}&zoom=${zoom}${more}`;
}

/** Opens the card of a record that its address names. */
async function card(layer, id, { size = DESKTOP, theme = 'risk', zoom = 15, more = '' } = {}) {
  const feature = await api(`/api/collections/${layer}/items/${id}`);
  const visit = await open(browser, size, at(middle(feature), zoom, `&theme=${theme}&pick=${layer}.${id}${more}`));
  await visit.page.locator('[data-chain] li').first().waitFor();
  return { ...visit, feature };
}

/** How many of each matter the service counts in every area of a layer. */
async function counted(by) {
  const all = {};
  for (const layer of MATTERS) {
    const { areas } = await api(`/api/summary?layer=${layer}&by=${by}&filter=${encodeURIComponent(filterOf(layer))}`);
    for (const { id, code, count } of areas) {
      all[id] ??= { id, code, sum: 0 };
      all[id][layer] = count;
      all[id].sum += count;
    }
  }
  return Object.values(all).toSorted((a, b) => b.sum - a.sum || a.id - b.id);
}

function daysLate({ deadline, next_due: next }) {
  return Math.max(0, (Date.parse(today) - Date.parse((deadline ?? next ?? today).slice(0, 10))) / 86_400_000);
}

async function listed(page) {
  return page.locator('[data-matter-list] [data-feature]').evaluateAll((rows) => rows.map((row) => Number(row.dataset.feature)));
}

describe('the matters of an area', () => {
  for (const by of ['subdistricts', 'communities', 'grids', 'compounds']) {
    test(`of ${by}: the counts are those of the service, and the list has them all, the worst first`, async () => {
      const areas = await counted(by);
      const some = [...new Set([areas[0], areas[1], areas[Math.floor(areas.length / 4)], areas.at(-1)])].filter(Boolean);
      for (const area of some) {
        const { page, close } = await card(by, area.id);
        for (const layer of MATTERS) {
          const box = page.locator(`[data-count=${layer}]`);
          await box.waitFor();
          assert.equal(Number(await box.locator('b').textContent()), area[layer], `${layer} of ${by} ${area.code}`);
          if (area[layer] === 0) {
            assert.equal(await page.locator(`[data-matters=${layer}]`).count(), 0, 'nothing is listed where nothing is counted');
            continue;
          }
          const first = await page.locator(`[data-matters=${layer}] [data-feature]`).evaluateAll((rows) => rows.map((row) => Number(row.dataset.feature)));
          assert.equal(first.length, Math.min(3, area[layer]));
          await box.click();
          while (await page.locator('[data-more]').count() > 0) await page.locator('[data-more]').click();
          const ids = await listed(page);
          assert.deepEqual(ids.slice(0, 3), first, 'the card begins as the list does');
          const { features } = await items(layer, filterOf(layer), `&area=${by}:${encodeURIComponent(area.code)}&skipGeometry=true`);
          assert.deepEqual(ids.toSorted((a, b) => a - b), features.map(({ id }) => id).toSorted((a, b) => a - b));
          const told = ids.map((id) => features.find((feature) => feature.id === id).properties);
          const rank = told.map((each) => (SEVERITY[each.level] ?? 0) * 1e6 + daysLate(each));
          assert.deepEqual(rank, rank.toSorted((a, b) => b - a), `${layer} of ${area.code} in order`);
          await page.locator('[data-action=back]').click();
          await page.locator('[data-section=matters]').waitFor();
        }
        await close();
      }
    });
  }

  test('what is listed lies in the area, not around its middle', async () => {
    const areas = await counted('communities');
    const codes = new Map((await api('/api/collections/grids/items?limit=1000&skipGeometry=true')).features.map(({ properties }) => [properties.code, properties.community_code]));
    for (const area of areas.slice(0, 2)) {
      const { page, close } = await card('communities', area.id);
      await page.locator('[data-count=risk_points]').click();
      for (const id of await listed(page)) {
        const { properties } = await api(`/api/collections/risk_points/items/${id}`);
        assert.equal(codes.get(properties.grid_code), area.code);
      }
      await close();
    }
  });

  test('the whole list is reached and left by the keyboard', async () => {
    const [area] = await counted('subdistricts');
    const { page, close } = await card('subdistricts', area.id, { zoom: 13 });
    const way = page.locator('[data-all=risk_points]');
    await way.focus();
    await page.keyboard.press('Enter');
    await page.locator('[data-matter-list]').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Tab');
    assert.ok(await page.evaluate(() => document.activeElement?.closest('[data-matter-list] [data-feature]') !== null), 'the focus is in the list');
    const before = await page.locator('[data-matter-list] [data-feature]').count();
    await page.locator('[data-more]').focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction((n) => document.querySelectorAll('[data-matter-list] [data-feature]').length > n, before);
    assert.ok(await page.evaluate((n) => document.activeElement === document.querySelectorAll('[data-matter-list] [data-feature] button')[n], before), 'the focus is at the first new row');
    await close();
  });
});

describe('the card is about what was chosen', () => {
  test('a house has no entrance in its chain and no head of one among those who answer for it', async () => {
    const { features } = await items('buildings', 'entrance_count > 1', '&skipGeometry=true', 4);
    for (const { id, properties } of features) {
      const { page, close } = await card('buildings', id, { zoom: 18 });
      const layers = await page.locator('[data-chain] li').evaluateAll((rows) => rows.map((row) => row.dataset.layer));
      assert.equal(layers.at(-1), 'buildings');
      assert.ok(!layers.includes('entrances'));
      assert.doesNotMatch(await page.locator('[data-posts]').textContent(), /单元长/);
      const doors = await items('entrances', `building_code = '${properties.code}'`, '&skipGeometry=true');
      await page.locator('[data-section=related-entrances]').waitFor();
      assert.match(await page.locator('[data-section=related-entrances] h3').textContent(), new RegExp(`${doors.features.length}`));
      await close();
    }
  });

  test('an entrance has the households behind it, and no others', async () => {
    const door = (await items('entrances', "number = '2'", '', 1)).features[0];
    const homes = (await api(`/api/locate?lon=${door.geometry.coordinates[0]}&lat=${door.geometry.coordinates[1]}`)).households;
    const own = homes.filter((home) => home.entrance_code === door.properties.code);
    const { page, close } = await card('entrances', door.id, { zoom: 18.6 });
    await page.locator('[data-section=households] .total').waitFor();
    assert.match(await page.locator('[data-section=households] .total').textContent(), new RegExp(`共 ${own.length} 户`));
    assert.ok(own.length < homes.length, 'the house has more than one entrance');
    await close();
  });

  test('a project says nothing of the house under its label; it leads to its compound, and the compound to it', async () => {
    const { features } = await items('renovation_projects', 'batch >= 1', '&skipGeometry=true', 3);
    for (const { id, properties } of features) {
      const { page, close } = await card('renovation_projects', id, { theme: 'renovation' });
      const layers = await page.locator('[data-chain] li').evaluateAll((rows) => rows.map((row) => row.dataset.layer));
      assert.deepEqual(layers, ['subdistricts', 'communities']);
      assert.equal(await page.locator('[data-section=households]').count(), 0);
      assert.doesNotMatch(await page.locator('[data-posts]').textContent(), /单元长|楼长/);
      const compound = (await items('compounds', `code = '${properties.compound_codes}'`, '&skipGeometry=true')).features[0];
      await page.locator('[data-section=related-compounds] button', { hasText: compound.properties.name }).click();
      await page.locator('article h2', { hasText: compound.properties.name }).waitFor();
      const back = page.locator('[data-section=related-renovation_projects] button', { hasText: properties.name });
      await back.waitFor();
      assert.match(await back.textContent(), new RegExp(`第${properties.batch}批`));
      await back.click();
      await page.locator('article h2', { hasText: properties.name }).waitFor();
      await close();
    }
  });

  test('the matters of a project are those of its compounds', async () => {
    const counts = new Map((await counted('compounds')).map((area) => [area.code, area]));
    const { features } = await items('renovation_projects', 'compound_codes IS NOT NULL', '&skipGeometry=true');
    const busy = features.toSorted((a, b) => (counts.get(b.properties.compound_codes)?.sum ?? 0) - (counts.get(a.properties.compound_codes)?.sum ?? 0))[0];
    const { page, close } = await card('renovation_projects', busy.id, { theme: 'renovation' });
    for (const layer of MATTERS) {
      await page.locator(`[data-count=${layer}]`).waitFor();
      assert.equal(Number(await page.locator(`[data-count=${layer}] b`).textContent()), counts.get(busy.properties.compound_codes)[layer]);
    }
    await close();
  });

  test('a click where a project, its compound and a house lie over each other offers each of them', async () => {
    const project = (await items('renovation_projects', 'batch = 1', '', 1)).features[0];
    const house = (await items('buildings', `compound_code = '${project.properties.compound_codes}'`)).features[0];
    const place = inner(house);
    const { page, close } = await open(browser, DESKTOP, at(place, 17.2, '&theme=renovation'));
    const spot = await page.evaluate((lonLat) => window.__minqing.map.project(lonLat), place);
    await page.mouse.click(spot.x, spot.y);
    await page.locator('article h2', { hasText: project.properties.name }).waitFor();
    const offered = await page.locator('[data-under] [data-hit]').evaluateAll((buttons) => buttons.map((button) => button.dataset.hit));
    assert.ok(offered.includes(`renovation_projects.${project.id}`) && offered.includes(`buildings.${house.id}`), offered.join());
    assert.ok(offered.some((hit) => hit.startsWith('compounds.')), offered.join());
    await page.locator(`[data-hit="buildings.${house.id}"]`).click();
    await page.locator('article .kicker', { hasText: '楼栋' }).waitFor();
    assert.equal(await page.locator(`[data-hit="buildings.${house.id}"]`).getAttribute('aria-pressed'), 'true');
    assert.match(page.url(), new RegExp(`pick=buildings\\.${house.id}`));
    await close();
  });

  test('a target has its visits, and what they found', async () => {
    const found = (await items('inspections', 'risk_point_code IS NOT NULL')).features;
    const visit = found.find(({ properties }) => properties.target_code !== null);
    const target = (await items('inspection_targets', `code = '${visit.properties.target_code}'`)).features[0];
    const visits = (await items('inspections', `target_code = '${target.properties.code}'`)).features;
    const { page, close } = await card('inspection_targets', target.id, { theme: 'inspection', zoom: 17 });
    const section = page.locator('[data-section=related-inspections]');
    await section.waitFor();
    assert.match(await section.locator('h3').textContent(), new RegExp(`${visits.length} 次`));
    const risk = (await items('risk_points', `code = '${visit.properties.risk_point_code}'`)).features[0];
    await section.locator('button', { hasText: '发现隐患' }).first().click();
    await page.locator('article .kicker', { hasText: '风险点' }).waitFor();
    assert.ok(risk !== undefined);
    await close();
  });
});

/** The overlays that are drawn, of those a list may need. */
function drawn(page) {
  return page.evaluate(() => ['facilities', 'risk_points', 'inspection_targets', 'cases'].filter((id) => window.__minqing.map.getLayoutProperty(id, 'visibility') === 'visible'));
}

describe('the map beside the card', () => {
  test('a chosen area is an outline: what is in it keeps its colour', async () => {
    const [area] = await counted('communities');
    const { page, close } = await card('communities', area.id);
    await idle(page);
    const seen = await page.evaluate((id) => {
      const { map } = window.__minqing;
      const fills = map.getStyle().layers.filter(({ type, source }) => type === 'fill' && source === 'chosen').length;
      const opacity = map.getPaintProperty('touch-communities', 'fill-opacity');
      const outline = map.queryRenderedFeatures({ layers: ['chosen-line'] }).length;
      return { fills, opacity, outline, state: map.getFeatureState({ source: 'places', sourceLayer: 'communities', id }) };
    }, area.id);
    assert.equal(seen.fills, 0);
    assert.equal(seen.opacity, 0);
    assert.ok(seen.outline > 0, 'the outline is drawn');
    await close();
  });

  test('the legend has the signs that are on the map, in their colours and figures', async () => {
    const { features } = await items('risk_points', "status NOT IN ('closed','void')");
    for (const level of ['yellow', 'orange']) {
      const alone = features.find(({ geometry, properties }) => properties.level === level && !features.some((other) => other.properties.level !== level && Math.hypot(boxOf(other)[0] - boxOf({ geometry })[0], boxOf(other)[1] - boxOf({ geometry })[1]) < 0.0022));
      if (alone === undefined) continue;
      const { page, close } = await open(browser, DESKTOP, at(middle(alone), 18, '&theme=risk'));
      const drawn = await page.evaluate(() => window.__minqing.map.queryRenderedFeatures({ layers: ['risk_points', 'risk_points-gathered'] }).map(({ properties }) => properties.sign ?? properties.worst));
      assert.ok(drawn.length > 0);
      const samples = await page.locator('[data-legend] [data-entry^="risk-"]').evaluateAll((rows) => rows.map((row) => row.dataset.sign));
      assert.ok(samples.length > 1, samples.join());
      for (const sample of samples) assert.match(sample, new RegExp(`^risk-${level}-`), `only ${level} is on the map: ${drawn.join()}`);
      await close();
    }
  });

  test('what is near follows the theme, what is due comes first, and no layer stays switched on', async () => {
    const compound = (await api('/api/collections/compounds/items?limit=1')).features[0];
    for (const [theme, layer, shown] of [['grids', 'facilities', []], ['risk', 'risk_points', ['risk_points']], ['inspection', 'inspection_targets', ['inspection_targets']], ['facilities', 'facilities', ['facilities']]]) {
      const { page, close } = await card('compounds', compound.id, { theme, zoom: 16 });
      await page.locator('[data-action=nearby]').click();
      await page.locator('[data-nearby] [data-feature]').first().waitFor();
      assert.equal(await page.locator(`[data-nearby-layer=${layer}]`).getAttribute('aria-checked'), 'true', theme);
      if (layer === 'inspection_targets') {
        const groups = await page.locator('[data-nearby]').evaluateAll((lists) => lists.map((list) => list.dataset.group));
        assert.deepEqual(groups, ['due', 'notDue']);
        const ids = await page.locator('[data-group=due] [data-feature]').evaluateAll((rows) => rows.map((row) => Number(row.dataset.feature)));
        for (const id of ids) assert.ok((await api(`/api/collections/inspection_targets/items/${id}`)).properties.next_due <= soon());
      }
      await page.locator('[data-nearby-layer=cases]').click();
      await page.waitForFunction(() => window.__minqing.map.getLayoutProperty('cases', 'visibility') === 'visible');
      assert.deepEqual((await drawn(page)).toSorted(), [...new Set([...shown, 'cases'])].toSorted());
      await page.locator('[data-action=back]').click();
      await page.locator('[data-section=matters]').waitFor();
      await idle(page);
      assert.deepEqual(await drawn(page), shown, `${theme} is as it was`);
      await close();
    }
  });

  test('close to the ground the map says in which community, grid and compound it is', async () => {
    const house = (await items('buildings', 'entrance_count > 1 AND compound_code IS NOT NULL', '', 1)).features[0];
    const told = await api(`/api/locate?lon=${inner(house)[0]}&lat=${inner(house)[1]}`);
    for (const size of [DESKTOP, PHONE]) {
      const { page, close } = await open(browser, size, at(inner(house), 18.6, '&theme=risk'));
      const line = page.locator('[data-middle-areas]');
      await line.waitFor();
      for (const { layer, name, kind } of told.chain) if (['communities', 'grids', 'compounds'].includes(layer) && kind !== 'dedicated') assert.ok((await line.textContent()).includes(name), name);
      await close();
    }
  });
});

describe('the tree and the search', () => {
  test('the tree opens at what was chosen, and a click on a row unfolds it', async () => {
    const house = (await items('buildings', 'compound_code IS NOT NULL', '&skipGeometry=true', 1)).features[0];
    const { page, close } = await card('buildings', house.id, { zoom: 17 });
    await page.locator('#tab-tree').click();
    const row = page.locator(`.el-tree [data-key="buildings.${house.id}"]`);
    await row.waitFor();
    assert.ok(await row.evaluate((element) => element.classList.contains('is-current')));
    const folded = page.locator('.el-tree-node:not(.is-expanded):has(> .el-tree-node__content > .el-tree-node__expand-icon:not(.is-leaf))[data-key^="communities."]').first();
    const key = await folded.getAttribute('data-key');
    await folded.locator('.name').first().click();
    await page.locator(`.el-tree [data-key="${key}"].is-expanded .el-tree-node`).first().waitFor();
    await close();
  });

  test('the first arrow goes to the first hit, and the box then has the name that was chosen', async () => {
    const compound = (await api('/api/collections/compounds/items?limit=1&skipGeometry=true')).features[0];
    const { page, close } = await open(browser, DESKTOP);
    const box = page.locator('input[role=combobox]');
    await box.fill(compound.properties.name);
    await page.locator('[role=option]').first().waitFor();
    assert.equal(await page.locator('[role=option][aria-selected=true]').count(), 0);
    await box.press('ArrowDown');
    assert.equal(await page.locator('[role=option]').first().getAttribute('aria-selected'), 'true');
    const name = await page.locator('[role=option] .name').first().textContent();
    await box.press('Enter');
    await page.locator('article h2').waitFor();
    assert.equal(await box.inputValue(), name);
    assert.equal(await page.locator('.results:visible').count(), 0);
    // what stands in the box goes with what was chosen
    await page.getByRole('button', { name: '关闭卡片' }).click();
    await page.waitForFunction(() => document.querySelector('input[role=combobox]').value === '');
    await close();
  });
});
