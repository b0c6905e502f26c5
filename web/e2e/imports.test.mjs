/** A ledger is brought in through the page, and taken back, in a real browser against a running server. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { api, DESKTOP, idle, launch, open, PHONE } from './driver.mjs';

let browser;
let folder;

/** 编码,名称,经度,纬度,地址,户主电话 in GBK: node writes no GBK, so the bytes stand here. */
const GBK = {
  编码: 'b1e0c2eb', 名称: 'c3fbb3c6', 经度: 'beadb6c8', 纬度: 'ceb3b6c8', 地址: 'b5d8d6b7', 户主电话: 'bba7d6f7b5e7bbb0', 便民服务站: 'b1e3c3f1b7fecef1d5be', 东街: 'b6abbdd6', 号: 'bac5',
};
const gbk = (text) => Buffer.concat(text.split(/(编码|名称|经度|纬度|地址|户主电话|便民服务站|东街|号)/).map((part) => (GBK[part] === undefined ? Buffer.from(part, 'latin1') : Buffer.from(GBK[part], 'hex'))));

/** Where the demonstration is; AMap shows such a place some 500 m to the east-north-east. */
let centre;

function ledger(prefix) {
  const [lon, lat] = centre;
  const rows = [0, 1, 2, 3, 4].map((at) => `${prefix}${at},便民服务站${at},${(lon + 0.0046 + at * 0.0006).toFixed(6)},${(lat - 0.0015).toFixed(6)},东街${at + 1}号,13912345678`);
  return gbk(['编码,名称,经度,纬度,地址,户主电话', ...rows, `${prefix}9,便民服务站9,,,东街9号,13912345678`].join('\n'));
}

before(async () => {
  browser = await launch();
  folder = await mkdtemp(join(tmpdir(), 'minqing-e2e-'));
  const { extent } = await api('/api/catalogue');
  centre = [(extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2];
});

after(async () => {
  await browser?.close();
  await rm(folder, { recursive: true });
});

const featureOf = (code, geometry) => ({ type: 'Feature', properties: { code }, geometry });

async function facilities(prefix) {
  const { numberMatched } = await api(`/api/collections/facilities/items?filter=${encodeURIComponent(`code LIKE '${prefix}%'`)}`);
  return numberMatched;
}

async function until(what, ask, wanted) {
  let got;
  for (let round = 0; round < 100; round += 1) {
    got = await ask();
    if (got === wanted) return;
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  assert.fail(`${what}: ${got}, not ${wanted}`);
}

/** Drops a file as a hand would, with its bytes. */
async function drop(page, name, bytes) {
  const data = await page.evaluateHandle(([named, base64]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], named));
    return transfer;
  }, [name, bytes.toString('base64')]);
  await page.locator('.imports .drop').dispatchEvent('drop', { dataTransfer: data });
}

async function openPanel(page, isPhone) {
  if (isPhone) {
    await page.locator('header.phone .icon-button').first().tap();
    await page.locator('.side .bring').tap();
  } else await page.locator('header .import').click();
  await page.locator('.imports').waitFor();
}

const drawn = (page, layer) => page.evaluate((id) => window.__minqing.map.queryRenderedFeatures({ layers: [id] }).map(({ geometry }) => geometry.coordinates), layer);
const state = (page, name) => page.locator(`.imports[data-state=${name}]`).waitFor({ timeout: 15_000 });

async function shot(page, name) {
  if (process.env.MINQING_SHOTS !== undefined) await page.screenshot({ path: join(process.env.MINQING_SHOTS, `${name}.png`) });
}

for (const [where, size] of [['on an office screen', DESKTOP], ['on a phone', PHONE]]) {
  const isPhone = size === PHONE;
  const prefix = isPhone ? 'PH' : 'PC';

  describe(where, () => {
    test('a GBK ledger in GCJ-02 is dropped, mended, looked at, committed, and taken back', async () => {
      const { page, close } = await open(browser, size, `#at=${centre[0].toFixed(6)},${centre[1].toFixed(6)}&zoom=15`);
      await openPanel(page, isPhone);
      await shot(page, `import-${prefix}-0-empty`);
      await drop(page, '便民服务站台账.csv', ledger(prefix));
      await state(page, 'failed');
      assert.match(await page.locator('.imports [role=alert]').innerText(), /GCJ-02/, 'the page asks for the datum');
      assert.equal(await page.locator('select[name=layer]').inputValue(), 'facilities', 'the layer is told by the name');
      await shot(page, `import-${prefix}-1-which-crs`);

      await page.locator('.fits button', { hasText: 'WGS 84' }).click();
      await state(page, 'ready');
      await page.waitForFunction(() => window.__minqing.map.getSource('drafts').serialize().data.features.length >= 5);
      await idle(page);
      const wrong = await page.evaluate(() => window.__minqing.map.getSource('drafts').serialize().data.features[0].geometry.coordinates);
      await page.locator('select[name=crs]').selectOption('GCJ02');
      await page.waitForFunction(([lon]) => Math.abs(window.__minqing.map.getSource('drafts').serialize().data.features[0].geometry.coordinates[0] - lon) > 0.003, wrong);
      await state(page, 'ready');
      await idle(page);
      assert.ok((await drawn(page, 'drafts-point')).length >= 1, 'the drafts are on the map');

      const count = (key) => page.locator(`[data-count=${key}] b`).innerText();
      assert.deepEqual(await Promise.all(['insert', 'update', 'unchanged', 'refused'].map(count)), ['5', '0', '0', '1']);
      const text = await page.locator('.imports').innerText();
      assert.match(text, /gb18030/i, 'the encoding and why');
      assert.match(text, /便民服务站0/, 'samples of the columns');
      assert.match(text, /已丢弃个人信息 5 个值/);
      assert.doesNotMatch(text, /13912345678/);
      const fault = page.locator('[data-faults] li').first();
      assert.match(await fault.innerText(), /第 7 行/);
      await shot(page, `import-${prefix}-2-ready`);
      if (isPhone) {
        await page.locator('.imports .swap').tap();
        await shot(page, `import-${prefix}-2-map`);
        const box = await page.locator('.imports').boundingBox();
        assert.ok(box.y > 400, 'the map is to be seen');
        await page.locator('.imports .swap').tap();
      }
      await fault.scrollIntoViewIfNeeded();
      await shot(page, `import-${prefix}-3-faults`);
      const [sheet] = await Promise.all([page.waitForEvent('download'), page.locator('.imports a[download]').click()]);
      const bytes = await readFile(await sheet.path());
      assert.equal(bytes.subarray(0, 2).toString(), 'PK', 'the error sheet is a workbook');
      assert.equal(await facilities(prefix), 0, 'nothing is written yet');

      await page.locator('.imports .foot .main').click();
      await state(page, 'done');
      await until('imported', () => facilities(prefix), 5);
      await idle(page);
      const signs = () => page.evaluate((of) => window.__minqing.map.getSource('facilities').serialize().data.features.filter(({ properties }) => String(properties.code).startsWith(of)).length, prefix);
      await until('on the map', signs, 5);
      await shot(page, `import-${prefix}-4-done`);
      await page.locator('.imports .foot .plain').click();
      assert.match(await page.locator('.imports .sure').innerText(), /删除新增的 5 条/, 'what undoing will do is said first');
      await page.locator('.imports .foot .danger').click();
      await state(page, 'undone');
      await until('undone', () => facilities(prefix), 0);
      await until('gone from the map', signs, 0);
      await shot(page, `import-${prefix}-5-undone`);
      await close();
    });

    test('what cannot be read is said in words, and the page stands as before', async () => {
      const { page, close } = await open(browser, size);
      await openPanel(page, isPhone);
      await drop(page, 'Sheet1.xlsx', Buffer.from('not a workbook'));
      assert.match(await page.locator('.imports .ask').innerText(), /请选择图层/);
      await page.locator('select[name=layer]').selectOption('buildings');
      await page.locator('.imports .go').click();
      await state(page, 'failed');
      assert.match(await page.locator('.imports [role=alert]').innerText(), /[\u4e00-\u9fff]/);
      await shot(page, `import-${prefix}-6-broken`);
      await page.locator('.imports .foot .plain').click();
      await page.locator('.imports .drop').waitFor();
      await page.locator('.imports .head .icon-button').click();
      assert.equal(await page.locator('.imports').count(), 0);
      await close();
    });
  });
}

test('a fault that has a place is found on the map', async () => {
  const { page, close } = await open(browser, DESKTOP);
  await openPanel(page, false);
  const [lon, lat] = centre;
  const ring = (points) => ({ type: 'Polygon', coordinates: [points.map(([x, y]) => [lon + x * 1e-4, lat + y * 1e-4])] });
  const collection = {
    type: 'FeatureCollection',
    features: [
      featureOf('X1', ring([[0, 0], [3, 0], [3, 3], [0, 3], [0, 0]])),
      // A star of five points: what is inside of it is not clear.
      featureOf('X2', ring([[10, 0], [14, 9], [18, 0], [9, 6], [19, 6], [10, 0]])),
    ],
  };
  await drop(page, '楼栋.geojson', Buffer.from(JSON.stringify(collection)));
  await page.locator('.imports select[name=crs]').waitFor();
  if ((await page.locator('.imports').getAttribute('data-state')) === 'failed') await page.locator('select[name=crs]').selectOption('CRS84');
  await state(page, 'ready');
  await idle(page);
  const fault = page.locator('[data-faults] button.row').first();
  await fault.click();
  await idle(page);
  const rings = await drawn(page, 'drafts-fault');
  assert.ok(rings.length >= 1, 'the fault is marked');
  const [x, y] = await page.evaluate(() => window.__minqing.map.getCenter().toArray());
  assert.ok(Math.abs(x - lon) < 0.01 && Math.abs(y - lat) < 0.01, `${x}, ${y}`);
  await shot(page, 'import-fault');
  await page.locator('.imports .foot .plain').click();
  await page.locator('.imports .drop').waitFor();
  await close();
});

test('a column is mapped by hand, and the ledger comes in by what it says then', async () => {
  const { page, close } = await open(browser, DESKTOP);
  await openPanel(page, false);
  const file = join(folder, '设施.csv');
  const [lon, lat] = centre;
  await writeFile(file, `代号甲,站名乙,经度,纬度\nQ1,北门站,${lon},${lat}\n`);
  const chooser = page.waitForEvent('filechooser');
  await page.locator('.imports .choose').click();
  await (await chooser).setFiles(file);
  await state(page, 'failed');
  await page.locator('select[name=crs]').selectOption('CRS84');
  await state(page, 'ready');
  const row = page.locator('.columns tr', { hasText: '代号甲' });
  assert.match(await row.innerText(), /Q1/);
  await row.locator('select').selectOption('code');
  await page.waitForFunction(() => [...document.querySelectorAll('.columns tr')].some((tr) => tr.textContent.includes('代号甲') && tr.querySelector('select')?.value === 'code'));
  await state(page, 'ready');
  await page.locator('.imports .foot .main').click();
  await state(page, 'done');
  await until('imported', () => facilities('Q1'), 1);
  await page.locator('.imports .foot .plain').click();
  await page.locator('.imports .foot .danger').click();
  await until('undone', () => facilities('Q1'), 0);
  await close();
});
