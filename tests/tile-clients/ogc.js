// Prints what ogc-client, the client of GeoNetwork and geOrchestra, sees of an OGC API: node ogc.js URL, one JSON document.
import { OgcApiEndpoint } from '@camptocamp/ogc-client';

const endpoint = new OgcApiEndpoint(process.argv[2]);
const ids = (items) => items.map((item) => item.id);
const grids = await endpoint.getCollectionInfo('grids');
console.log(
  JSON.stringify({
    title: (await endpoint.info).title,
    collections: await endpoint.featureCollections,
    tiled: await endpoint.vectorTileCollections,
    matrixSets: await endpoint.tileMatrixSets,
    queryables: grids.queryables.map((each) => each.name),
    vectorTileFormats: grids.vectorTileFormats,
    first: ids(await endpoint.getCollectionItems('grids')),
    later: ids(await endpoint.getCollectionItems('grids', 5, 3)),
    beyond: ids(await endpoint.getCollectionItems('grids', 5, 1000)),
    one: (await endpoint.getCollectionItem('grids', '7')).id,
    tileset: await endpoint.getVectorTilesetUrl('grids'),
  }),
);
