/** axe finds nothing in the app, in every state that a reader can bring about, at both sizes and in both languages. */
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';

import { accessibilityFaults, api, BASE, DESKTOP, idle, launch, middle, open, PHONE, tooWide, visit } from './driver.mjs';

let browser;
let compound;
let building;

before(async () => {
  browser = await launch();
  compound = (await api('/api/collections/compounds/items?limit=1')).features[0];
  const ask = encodeURIComponent('household_count > 12 AND entrance_count > 1');
  building = (await api(`/api/collections/buildings/items?limit=1&filter=${ask}`)).features[0];
  if (process.env.MINQING_SHOTS !== undefined) await mkdir(process.env.MINQING_SHOTS, { recursive: true });
});
after(() => browser?.close());

const at = (feature, zoom, more = '') => {
  const [lon, lat] = middle(feature);
  return `#at=${lon.toFixed(6)},${lat.toFixed(6)}&zoom=${zoom}${more}`;
};

async function drop(page, name, text) {
  const data = await page.evaluateHandle(([named, content]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([content], named));
    return transfer;
  }, [name, text]);
  await page.locator('.imports .drop').dispatchEvent('drop', { dataTransfer: data });
}

const state = (page, name) => page.locator(`.imports[data-state=${name}]`).waitFor({ timeout: 15_000 });

for (const [where, size] of [['on an office screen', DESKTOP], ['on a phone', PHONE]]) {
  const isPhone = size === PHONE;

  for (const language of ['zh', 'en']) {
    const lang = `&lang=${language}`;
    let found = [];

    /** Looks at the page as it is now. */
    const check = async (page, what) => {
      if (process.env.MINQING_SHOTS !== undefined) await page.screenshot({ path: join(process.env.MINQING_SHOTS, `${isPhone ? 'phone' : 'office'}-${language}-${what}.png`) });
      const faults = [...(await accessibilityFaults(page)), ...(await tooWide(page))];
      found.push(...faults.map((fault) => `${what}: ${fault}`));
      assert.equal(await page.locator('html').getAttribute('lang'), language === 'zh' ? 'zh-CN' : 'en');
    };

    describe(`${where}, ${language}`, () => {
      beforeEach(() => {
        found = [];
      });
      afterEach(() => assert.deepEqual(found, []));

      test('at the start, in every theme, with layers and the tree of areas', async () => {
        const { page, close } = await open(browser, size, at(compound, 15.5, lang));
        await check(page, 'start');
        for (const theme of ['risk', 'renovation', 'inspection', 'facilities']) {
          await page.locator(`[data-theme=${theme}]`).click();
          await page.waitForTimeout(200);
          await idle(page);
          await check(page, `theme-${theme}`);
        }
        if (isPhone) await page.locator('header.phone .icon-button').first().tap();
        await check(page, 'layers');
        await page.locator('#tab-tree').click();
        await page.locator('.el-tree-node__expand-icon:not(.is-leaf)').first().click();
        await page.waitForFunction(() => document.querySelectorAll('.el-tree-node').length > 3);
        await check(page, 'tree');
        await close();
      });

      test('with a card, its households, and what is near', async () => {
        const { page, close } = await open(browser, size, at(building, 18, `${lang}&pick=buildings.${building.id}`));
        await page.locator('[data-households] .floor').first().waitFor();
        await check(page, 'card');
        await page.locator('[data-households] .floor').first().click();
        await page.locator('.rooms button').first().click();
        await check(page, 'households');
        await page.locator('[data-action=nearby]').click();
        await page.locator('[data-nearby] [data-feature]').first().waitFor();
        await check(page, 'nearby');
        await close();
      });

      test('while searching: results, none, and a search that failed', async () => {
        const { page, close } = await open(browser, size, at(compound, 15.5, lang));
        const box = page.locator('input[role=combobox]');
        await box.fill('1');
        await page.locator('[role=option]').first().waitFor();
        await check(page, 'search');
        await box.fill('qqqqqqqq');
        await page.locator('.results .note').waitFor();
        await page.waitForTimeout(400);
        await check(page, 'search-none');
        await close();
      });

      test('through an import: empty, a question, ready, done, undone, not readable', async () => {
        const { page, close } = await open(browser, size, at(compound, 15.5, lang));
        const [lon, lat] = middle(compound);
        const code = `AX${isPhone ? 1 : 2}${language}`;
        if (isPhone) {
          await page.locator('header.phone .icon-button').first().tap();
          await page.locator('.side .bring').tap();
        } else await page.locator('header .import').click();
        await page.locator('.imports').waitFor();
        await check(page, 'import');
        await drop(page, '台账.csv', 'not a table');
        await page.locator('.imports .ask').waitFor();
        await check(page, 'import-layer');
        await page.locator('select[name=layer]').selectOption('facilities');
        await page.locator('.imports .go').click();
        await state(page, 'failed');
        await check(page, 'import-failed');
        await page.locator('.imports .foot .plain').click();
        await drop(page, '便民服务站.csv', `编码,名称,经度,纬度,说明甲\n${code},站,${lon},${lat},a\n${code}x,站,,,b\n`);
        await page.locator('select[name=crs]').waitFor();
        if ((await page.locator('.imports').getAttribute('data-state')) === 'failed') {
          await check(page, 'import-which-crs');
          await page.locator('select[name=crs]').selectOption('CRS84');
        }
        await state(page, 'ready');
        await idle(page);
        await check(page, 'import-ready');
        await page.locator('.imports .foot .main').click();
        await state(page, 'done');
        await check(page, 'import-done');
        await page.locator('.imports .foot .plain').click();
        await check(page, 'import-sure');
        await page.locator('.imports .foot .danger').click();
        await state(page, 'undone');
        await check(page, 'import-undone');
        await close();
      });

      test('when something is wrong: no server, an old map, no data, a link that leads nowhere', async () => {
        const { page, close } = await visit(browser, size);
        const hash = at(compound, 15.5, lang);
        await page.route('**/api/**', (route) => route.abort('connectionrefused'));
        await page.goto(`${BASE}/${hash}`);
        await page.locator('.gone').waitFor();
        await check(page, 'gone');
        await page.unroute('**/api/**');
        await page.locator('.gone button').click();
        await idle(page);
        await page.route('**/{api,health}/**', async (route) => {
          // a stream has no end that could be waited for
          if (route.request().url().includes('/api/events')) return route.continue();
          const response = await route.fetch();
          return route.fulfill({ response, headers: { ...response.headers(), 'minqing-stale-seconds': '12' } });
        });
        await page.locator('#map canvas').click({ position: { x: size.width / 2, y: 420 } });
        await page.locator('.banner.stale').waitFor();
        await check(page, 'stale');
        await page.unroute('**/{api,health}/**');
        await page.route('**/{api,tiles,health}/**', (route) => route.abort('connectionrefused'));
        await page.locator('input[role=combobox]').fill('1');
        await page.locator('.results [role=alert]').waitFor();
        await check(page, 'search-failed');
        await page.locator('.banner:not(.stale)').waitFor();
        await page.keyboard.press('Escape');
        await page.locator('.card .failed, .banner').first().waitFor();
        await check(page, 'away');
        await close();

        const empty = await visit(browser, size);
        await empty.page.route('**/api/catalogue', async (route) => {
          const response = await route.fetch();
          const body = await response.json();
          await route.fulfill({ response, json: { ...body, extent: null, layers: body.layers.map((layer) => ({ ...layer, count: 0 })) } });
        });
        await empty.page.goto(`${BASE}/#lang=${language}`);
        await empty.page.locator('.gone').waitFor();
        await check(empty.page, 'empty');
        await empty.close();

        const lost = await visit(browser, size);
        await lost.page.goto(`${BASE}/${at(compound, 15.5, `${lang}&pick=compounds.999999999`)}`);
        await lost.page.locator('.toast').waitFor();
        await idle(lost.page);
        await check(lost.page, 'lost');
        await lost.close();
      });
    });
  }
}
