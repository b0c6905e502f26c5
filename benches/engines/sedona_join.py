"""Which polygon covers each place? SedonaDB's spatial join: `sedona_join.py FOLDER`; files as in shapely_join.py."""
import pathlib
import sys
import time

import numpy
import pyarrow
import sedona.db

folder = pathlib.Path(sys.argv[1])
engine = sedona.db.connect()
shapes = [bytes.fromhex(line) for line in (folder / "polygons").read_text().split()]
places = numpy.fromfile(folder / "places").reshape(-1, 2)
engine.create_data_frame(
    pyarrow.table({"slot": pyarrow.array(range(len(shapes)), pyarrow.uint32()), "wkb": shapes})
).to_view("shapes")
engine.create_data_frame(
    pyarrow.table(
        {
            "number": pyarrow.array(range(len(places)), pyarrow.uint32()),
            "lon": places[:, 0],
            "lat": places[:, 1],
        }
    )
).to_view("rows")
engine.sql("SELECT slot, ST_GeomFromWKB(wkb) AS shape FROM shapes").to_memtable().to_view("polygons")
engine.sql("SELECT number, ST_Point(lon, lat) AS place FROM rows").to_memtable().to_view("places")
JOIN = "FROM places JOIN polygons ON ST_Intersects(polygons.shape, places.place)"
for _ in range(int((folder / "turns").read_text())):
    start = time.perf_counter()
    engine.sql(f"SELECT count(*) AS n, sum(slot) AS total {JOIN}").to_arrow_table()
    print(time.perf_counter() - start)
rows = engine.sql(f"SELECT number, min(slot) AS slot {JOIN} GROUP BY number").to_arrow_table()
found = numpy.full(len(places), 2**32 - 1, dtype=numpy.uint32)
found[rows["number"].to_numpy()] = rows["slot"].to_numpy()
found.tofile(folder / "found")
