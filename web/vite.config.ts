import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';
import { compress } from './compress.ts';

const server = process.env['MINQING_URL'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  // a proxy may show the service under a path
  base: './',
  plugins: [vue(), compress()],
  define: { __VUE_I18N_LEGACY_API__: false, __INTLIFY_PROD_DEVTOOLS__: false },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    // The map library alone is over a megabyte; it is its own file so that it stays cached.
    chunkSizeWarningLimit: 1300,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'maplibre', test: /maplibre|@mapbox|earcut|kdbush|bidi-js|gl-matrix/ },
            { name: 'vue', test: /node_modules/ },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': server, '/tiles': server, '/health': server } },
});
