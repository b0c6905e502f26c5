/** A page of another origin that draws the GeoJSON tiles of the server named in its address. */
import GeoJSON from 'ol/format/GeoJSON.js';
import VectorTileLayer from 'ol/layer/VectorTile.js';
import OlMap from 'ol/Map.js';
import { fromLonLat } from 'ol/proj.js';
import VectorTile from 'ol/source/VectorTile.js';
import { Circle, Fill, Stroke, Style } from 'ol/style.js';
import View from 'ol/View.js';

const asked = new URLSearchParams(location.search);
const ids = new Set();

const house = new Style({ fill: new Fill({ color: '#3366cc' }) });
const grid = new Style({ stroke: new Stroke({ color: '#cc3300', width: 3 }) });
const point = new Style({ image: new Circle({ radius: 5, fill: new Fill({ color: '#008844' }) }) });

const format = new GeoJSON();
const layers = { buildings: house, grids: grid, risk_points: point };

/** One source for each layer: a GeoJSON tile does not say which layer a feature is of. */
const drawn = Object.entries(layers).map(([name, style]) => {
  const source = new VectorTile({ format, url: `${asked.get('server')}/tiles/${name}/{z}/{x}/{y}.geojson`, maxZoom: 18 });
  source.on('tileloadend', ({ tile }) => {
    if (name === 'buildings') for (const feature of tile.getFeatures()) ids.add(feature.getId());
  });
  return new VectorTileLayer({ source, style });
});

const map = new OlMap({
  target: 'map',
  layers: drawn,
  view: new View({ center: fromLonLat([Number(asked.get('lon')), Number(asked.get('lat'))]), zoom: Number(asked.get('zoom')) }),
});

map.on('rendercomplete', () => {
  document.body.dataset.ids = JSON.stringify([...ids]);
  document.body.dataset.drawn = 'true';
});
