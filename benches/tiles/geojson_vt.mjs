// geojson-vt in one process: `node geojson_vt.mjs FOLDER`, where `features.json`, `list` (z/x/y a line) and `turns` are.
// Says of each turn the milliseconds of the way down to the tiles' parents, those of the tiles themselves as GeoJSON
// text in degrees, and the bytes. Index and parents are made anew in each turn.
// The ids of each tile go to `ids`.
import { readFileSync, writeFileSync } from 'node:fs'
import geojsonvt from 'geojson-vt'

const folder = process.argv[2]
const features = JSON.parse(readFileSync(`${folder}/features.json`, 'utf8'))
const list = readFileSync(`${folder}/list`, 'utf8').trim().split('\n').map((line) => line.split('/').map(Number))
const turns = Number(readFileSync(`${folder}/turns`, 'utf8'))

function text(tile, z, x, y) {
  const extent = 4096, side = extent * 2 ** z
  const degrees = ([px, py]) => {
    const lon = ((px + x * extent) * 360) / side - 180
    const lat = (360 / Math.PI) * Math.atan(Math.exp(((180 - ((py + y * extent) * 360) / side) * Math.PI) / 180)) - 90
    return [Math.round(lon * 1e7) / 1e7, Math.round(lat * 1e7) / 1e7]
  }
  const written = (tile?.features ?? []).map(({ id, tags, geometry }) => ({
    type: 'Feature', id, properties: tags,
    geometry: { type: 'Polygon', coordinates: geometry.map((ring) => ring.map(degrees)) },
  }))
  return JSON.stringify({ type: 'FeatureCollection', features: written })
}

const ids = []
for (let turn = 0; turn < turns; turn++) {
  const index = geojsonvt(features, { maxZoom: 16, indexMaxZoom: 5, extent: 4096, buffer: 64 })
  const first = turn === 0
  let bytes = 0
  const before = process.hrtime.bigint()
  for (const [z, x, y] of list) index.getTile(z - 1, x >> 1, y >> 1)
  const start = process.hrtime.bigint()
  for (const [z, x, y] of list) {
    const tile = index.getTile(z, x, y)
    bytes += text(tile, z, x, y).length
    if (first) ids.push((tile?.features ?? []).map((feature) => feature.id).sort((a, b) => a - b).join(' '))
  }
  console.log(Number(start - before) / 1e6, Number(process.hrtime.bigint() - start) / 1e6, bytes)
}
writeFileSync(`${folder}/ids`, ids.join('\n'))
