// Compresses what the build has written, once and as small as it gets: the program sends these files as they lie there.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** Kinds of files that are not compressed already. */
const TEXTS = new Set(['.css', '.html', '.js', '.json', '.map', '.mjs', '.svg', '.txt', '.wasm']);

/** A copy that saves less than this part is not worth its place. */
const WORTH_IT = 0.95;

export function compress(): Plugin {
  let folder = '';
  return {
    name: 'minqing-compress',
    apply: 'build',
    configResolved(config) {
      folder = join(config.root, config.build.outDir);
    },
    closeBundle() {
      for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !TEXTS.has(extname(entry.name))) continue;
        const path = join(entry.parentPath, entry.name);
        const plain = readFileSync(path);
        const params = {
          [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
          [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
        };
        const copies = [
          [`${path}.br`, brotliCompressSync(plain, { params })],
          [`${path}.gz`, gzipSync(plain, { level: 9 })],
        ] as const;
        for (const [name, copy] of copies) {
          if (copy.length < plain.length * WORTH_IT) writeFileSync(name, copy);
        }
      }
    },
  };
}
