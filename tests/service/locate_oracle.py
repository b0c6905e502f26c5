"""The second opinion on `locate`: Shapely (GEOS) over the exported layers.

make DIR     writes points.json: 10,000 random points inside the subdistrict
compare DIR  compares answers.json with what GEOS says; on a border any of the touching areas is right
move FILE    moves one corner that two basic grids share by 2 m in one of them; prints the codes of both
"""

import json
import random
import sys

from shapely.geometry import Point, shape
from shapely.strtree import STRtree


def features(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)["features"]


def make(folder):
    area = shape(features(f"{folder}/subdistricts.geojson")[0]["geometry"])
    west, south, east, north = area.bounds
    chance = random.Random(7)
    points = []
    while len(points) < 10_000:
        place = [round(chance.uniform(west, east), 7), round(chance.uniform(south, north), 7)]
        if area.contains(Point(place)):
            points.append(place)
    with open(f"{folder}/points.json", "w", encoding="utf-8") as file:
        json.dump(points, file)


def compare(folder):
    points = json.load(open(f"{folder}/points.json", encoding="utf-8"))
    answers = json.load(open(f"{folder}/answers.json", encoding="utf-8"))
    for column, layer in enumerate(["subdistricts", "communities", "grids", "buildings"]):
        records = [f for f in features(f"{folder}/{layer}.geojson") if f["properties"].get("kind") != "dedicated"]
        shapes = [shape(f["geometry"]) for f in records]
        codes = [f["properties"]["code"] for f in records]
        tree = STRtree(shapes)
        place_of = {id(s): at for at, s in enumerate(shapes)}
        borders = 0
        for place, row in zip(points, answers):
            point = Point(place)
            hits = tree.query(point)
            hits = [at if isinstance(at, int) or hasattr(at, "item") else place_of[id(at)] for at in hits]
            covering = {codes[at] for at in hits if shapes[at].covers(point)}
            borders += len(covering) > 1
            if (row[column] is None) != (not covering) or (covering and row[column] not in covering):
                sys.exit(f"{layer} at {place}: {row[column]} here, {covering} by GEOS")
        print(f"{layer}: {len(points)} points equal, {borders} on borders")


def move(path):
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    grids = [f for f in document["features"] if f["properties"]["kind"] == "basic"]
    first = grids[0]["geometry"]["coordinates"][0][0]
    for other in grids[1:]:
        if other["properties"]["community_code"] != grids[0]["properties"]["community_code"]:
            continue
        theirs = {tuple(at) for at in other["geometry"]["coordinates"][0][0]}
        shared = [at for at in first[1:-1] if tuple(at) in theirs]
        if len(shared) > 2:
            corner = shared[len(shared) // 2]
            at = first.index(corner)
            first[at] = [corner[0] + 2 / 92130, corner[1]]
            with open(path, "w", encoding="utf-8") as file:
                json.dump(document, file)
            print(json.dumps([grids[0]["properties"]["code"], other["properties"]["code"]]))
            return
    sys.exit("no two grids share a corner")


{"make": make, "compare": compare, "move": move}[sys.argv[1]](sys.argv[2])
