/** axe finds nothing in the pages that the server makes, none is wider than a phone, and each is in the language that was asked for. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { accessibilityFaults, BASE, DESKTOP, launch, PHONE, tooWide, visit } from './driver.mjs';

const PAGES = [
  '/api?f=html',
  '/api/docs',
  '/api/conformance?f=html',
  '/api/functions?f=html',
  '/api/collections?f=html',
  '/api/collections/buildings?f=html',
  '/api/collections/buildings/schema?f=html',
  '/api/collections/buildings/queryables?f=html',
  '/api/collections/buildings/sortables?f=html',
  '/api/collections/buildings/items?f=html&limit=30',
  '/api/collections/risk_points/items/1?f=html',
  '/api/collections/risk_points/items?f=html&filter=id%20%3D%200',
  '/api/tileMatrixSets?f=html',
  '/api/tileMatrixSets/WebMercatorQuad?f=html',
  '/api/tiles?f=html',
  '/api/tiles/WebMercatorQuad?f=html',
  '/api/collections/buildings/tiles?f=html',
  '/api/collections/buildings/tiles/WebMercatorQuad?f=html',
];

const isChinese = (text) => /[\u4e00-\u9fff]/.test(text);

let browser;
let report;

/** The report of a file with a good record, one without a place and one far away. */
async function imported() {
  const form = new FormData();
  form.append('layer', 'facilities');
  form.append('crs', 'CRS84');
  form.append('dry-run', 'true');
  form.append('file', new Blob(['编码,名称,经度,纬度\nP1,站,108.95,34.22\nP2,站,,\nP3,站,999,34.2\n']), '设施.csv');
  const started = await fetch(`${BASE}/api/imports`, { method: 'POST', body: form, headers: { 'minqing-request': '1' } });
  assert.equal(started.status, 202, await started.clone().text());
  const { id } = await started.json();
  for (let round = 0; round < 100; round += 1) {
    const { state } = await (await fetch(`${BASE}/api/imports/${id}`)).json();
    if (state === 'ready') return id;
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
  throw new Error('the file is not read');
}

before(async () => {
  browser = await launch();
  report = await imported();
});
after(async () => {
  await fetch(`${BASE}/api/imports/${report}`, { method: 'DELETE', headers: { 'minqing-request': '1' } });
  await browser?.close();
});

for (const [where, size] of [['on an office screen', DESKTOP], ['on a phone', PHONE]]) {
  for (const language of ['zh-CN', 'en']) {
    test(`every page of the API ${where}, ${language}`, async () => {
      const { page, close } = await visit(browser, size, { language });
      const found = [];
      for (const path of PAGES) {
        const response = await page.goto(BASE + path);
        assert.equal(response.status(), 200, path);
        assert.match(response.headers()['content-type'], /^text\/html/);
        assert.equal(response.headers()['content-language'], language, path);
        assert.equal(await page.locator('html').getAttribute('lang'), language, path);
        found.push(...[...(await accessibilityFaults(page)), ...(await tooWide(page))].map((fault) => `${path}: ${fault}`));
        // the heading and the links are words of the service itself, whatever the records say
        const words = await page.locator('h1, h2, nav a').allTextContents();
        if (language === 'zh-CN') assert.ok(words.some(isChinese), `${path}: ${words}`);
        else assert.deepEqual(words.filter((text) => isChinese(text) && !text.includes('社区民情图')), [], path);
      }
      await page.goto(`${BASE}/api/imports/${report}/report.html`);
      found.push(...[...(await accessibilityFaults(page)), ...(await tooWide(page))].map((fault) => `report: ${fault}`));
      assert.deepEqual(found, []);
      await close();
    });
  }
}

test('links are told by a line under them, and a table that scrolls can be scrolled by keyboard', async () => {
  const { page, close } = await visit(browser, PHONE);
  await page.goto(`${BASE}/api/collections/buildings/items?f=html&limit=5`);
  const lines = await page.locator('a').evaluateAll((links) => links.map((link) => getComputedStyle(link).textDecorationLine));
  assert.ok(lines.length > 5 && lines.every((line) => line === 'underline'), lines.join());
  const table = page.locator('.scroll').first();
  await table.focus();
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(() => document.querySelector('.scroll').scrollLeft > 0);
  await close();
});
