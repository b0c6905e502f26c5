"""Which polygon covers each place? GEOS by way of shapely's tree: `shapely_join.py FOLDER`.

FOLDER holds `polygons` (a line of hexadecimal WKB each), `places` (pairs of float64) and `turns`. Writes `found`
(uint32 a place, the smallest number of a polygon that covers it) and prints the seconds of each turn.
"""
import pathlib
import sys
import time

import numpy
import shapely

folder = pathlib.Path(sys.argv[1])
polygons = shapely.from_wkb((folder / "polygons").read_text().split())
places = shapely.points(numpy.fromfile(folder / "places").reshape(-1, 2))
shapely.prepare(polygons)
tree = shapely.STRtree(polygons)
tree.query(places[:10], predicate="intersects")
for _ in range(int((folder / "turns").read_text())):
    start = time.perf_counter()
    place, polygon = tree.query(places, predicate="intersects")
    print(time.perf_counter() - start)
found = numpy.full(len(places), 2**32 - 1, dtype=numpy.uint32)
numpy.minimum.at(found, place, polygon.astype(numpy.uint32))
found.tofile(folder / "found")
