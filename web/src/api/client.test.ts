import { afterEach, expect, test, vi } from 'vitest';

import { allItems, ApiError, catalogue, literal, onReachable, query } from './client';

afterEach(() => vi.unstubAllGlobals());

function answer(status: number, body: unknown, headers: Record<string, string> = {}): void {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify(body), { status, headers })));
}

test('parameters are escaped, those not given are left out', () => {
  expect(query({ filter: "name = '王&李'", limit: 5, cursor: undefined })).toBe('?filter=name+%3D+%27%E7%8E%8B%26%E6%9D%8E%27&limit=5');
  expect(query({})).toBe('');
  expect(literal("O'Neil")).toBe("'O''Neil'");
});

test.each([
  [404, 'missing'],
  [403, 'forbidden'],
  [400, 'refused'],
  [500, 'broken'],
  [503, 'away'],
])('status %i means %s', async (status, fault) => {
  answer(status, { title: 'x', detail: 'limit: 1 到 10000' });
  await expect(catalogue()).rejects.toMatchObject({ fault, message: 'limit: 1 到 10000' });
});

test('no answer means the server is away, and an old map is heard of', async () => {
  const all: (boolean | number)[] = [];
  onReachable((heard) => all.push(heard.staleSeconds ?? heard.reachable));
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('failed to fetch')));
  await expect(catalogue()).rejects.toBeInstanceOf(ApiError);
  answer(200, { layers: [] });
  await catalogue();
  answer(200, { layers: [] }, { 'minqing-stale-seconds': '12' });
  await catalogue();
  expect(all).toEqual([false, true, 12]);
});

test('all pages are read, and the full count is kept', async () => {
  vi.stubGlobal('location', { href: 'http://127.0.0.1:8080/' });
  const pages: Record<string, unknown> = {
    first: { features: [{ id: 1 }], numberMatched: 2, links: [{ rel: 'next', href: '/api/collections/cases/items?cursor=2' }] },
    second: { features: [{ id: 2 }], numberMatched: 2, links: [] },
  };
  vi.stubGlobal('fetch', (address: string) => Promise.resolve(new Response(JSON.stringify(pages[address.includes('cursor') ? 'second' : 'first']))));
  expect(await allItems('cases')).toEqual({ features: [{ id: 1 }, { id: 2 }], matched: 2 });
});
