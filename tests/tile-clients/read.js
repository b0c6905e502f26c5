// Prints what map libraries see in vector tiles: node read.js FILE Z X Y…, one JSON document for all files.
import { readFileSync } from 'node:fs';
import { VectorTile } from '@mapbox/vector-tile';
import Pbf from 'pbf';

const quads = process.argv.slice(2);
const tiles = [];
for (let at = 0; at < quads.length; at += 4) {
  const [file, z, x, y] = quads.slice(at, at + 4);
  // A copy of its own: the reader looks at numbers from the start of the buffer, and Node pools small files in one.
  const tile = new VectorTile(new Pbf(new Uint8Array(readFileSync(file))));
  const layers = {};
  for (const [name, layer] of Object.entries(tile.layers)) {
    const features = [];
    for (let index = 0; index < layer.length; index += 1) {
      features.push(layer.feature(index).toGeoJSON(Number(x), Number(y), Number(z)));
    }
    layers[name] = { version: layer.version, extent: layer.extent, features };
  }
  tiles.push(layers);
}
process.stdout.write(JSON.stringify(tiles));
