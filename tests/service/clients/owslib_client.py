"""OWSLib as a client of OGC API Features: reads, filters, makes, changes and takes away a record.

Usage: owslib_client.py URL; prints what it saw as JSON.
"""
import json
import sys
from contextlib import contextmanager

from owslib.ogcapi.features import Features

url = sys.argv[1]
api = Features(url)


@contextmanager
def having_seen(record):
    """OWSLib has one set of headers for all that it asks: If-Match is in it only while it writes."""
    own = {"If-Match": '"%s"' % record["properties"]["revision"], "Content-Type": "application/geo+json"}
    api.headers.update(own)
    try:
        yield
    finally:
        for name in own:
            del api.headers[name]


grids = api.collection("grids")
page = api.collection_items("grids", limit=10)
window = grids["extent"]["spatial"]["bbox"][0]
filtered = api.collection_items("risk_points", filter="level = 'red' AND S_INTERSECTS(geometry, BBOX(%s))" % ",".join(map(str, window)), limit=1)
record = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [108.96, 34.22]},
    "properties": {"code": "OWSLIB-1", "name": "件", "status": "accepted"},
}
api.collection_item_create("cases", json.dumps(record))
identifier = api.response_headers["Location"].rsplit("/", 1)[1]
made = api.collection_item("cases", identifier)
record["properties"]["name"] = "改"
with having_seen(made):
    api.collection_item_update("cases", identifier, json.dumps(record))
changed = api.collection_item("cases", identifier)
try:
    with having_seen(made):
        api.collection_item_delete("cases", identifier)
    stale = "deleted"
except RuntimeError as error:
    stale = str(error)
with having_seen(changed):
    api.collection_item_delete("cases", identifier)
try:
    api.collection_item("cases", identifier)
    gone = False
except RuntimeError:
    gone = True
print(
    json.dumps(
        {
            "links": len(api.links),
            "conforms": len(api.conformance()["conformsTo"]),
            "collections": api.feature_collections(),
            "queryables": sorted(api.collection_queryables("grids")["properties"]),
            "returned": page["numberReturned"],
            "matched": page["numberMatched"],
            "red": filtered["numberMatched"],
            "made": made["properties"]["name"],
            "changed": changed["properties"]["name"],
            "stale": stale,
            "gone": gone,
        },
        ensure_ascii=False,
    )
)
