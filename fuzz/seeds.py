#!/usr/bin/env python3
"""What the fuzz targets begin with: fuzz/corpus/TARGET from the fixtures and, where it is there, from real data."""

import gzip
import os
import struct
import zipfile
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "tests/fixtures/ingest"
REAL = Path(os.environ.get("MINQING_REAL_DATA", ROOT / "../shared/data"))
SQUARE = "10 0|20 0|10 1|20 0|42 0.5|10 1|20 1"


def put(target, name, content):
    folder = ROOT / "fuzz/corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


def geojson():
    for path in FIXTURES.glob("*.geojson*"):
        put("geojson", path.name, path.read_bytes())
    for folder in ("dirty-geometry", "cambridge-ma", "wuhan-osm", "shanghai-west-osm"):
        for number, path in enumerate(sorted((REAL / folder).rglob("*.*json"))):
            if path.stat().st_size < 20_000 and "cli-output" not in path.name:
                put("geojson", f"{folder}-{number}", path.read_bytes())
    buildings = REAL / "tokyo-plateau-sumida-koto-taito/buildings.geojsonl.gz"
    if buildings.exists():
        with gzip.open(buildings) as file:
            lines = file.readline() + file.readline()
        put("geojson", "tokyo.geojsonl", lines)
        put("geojson", "sequence", b"".join(b"\x1e" + line for line in lines.splitlines(True)))


def tables():
    ledger = "某街道台账\n编号,名称,经度,纬度,地址,日期\nF-1,一号,108.97,34.23,\"雁塔路1号\",2022.5.3\n合计,1,,,,\n"
    put("csv", "ledger", ledger.encode())
    put("csv", "utf-16", ledger.encode("utf-16"))
    put("csv", "gbk", "编号\t坐标\tx\ty\nF-1\t108.97,34.23\t589582\t3789812\n".encode("gb18030"))
    put("csv", "wkt", b'id,name,wkt\n1,a,"POLYGON((0 0,1 0,1 1,0 0))"\n2,b,POINT Z(1 2 3)\n')
    put("csv", "levels", "编号,坐标,,隐患情况,\n,经度,纬度,类别,等级\n1,108°58'12\"E,34.2,消防,红\n".encode())
    put("xls", "ledger", (FIXTURES / "ledger.xls").read_bytes())
    put("xlsx", "ledger", member("ledger.xlsx", "xl/worksheets/sheet1.xml"))
    text = b"".join(
        b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>%s</t></is></c><c r="B%d"><v>%s</v></c><c r="C%d"><v>34.2</v></c></row>'
        % (row, row, code, row, lon, row)
        for row, code, lon in [(2, b"H-1", b"108.9"), (3, b"H-2", b"108.91")]
    )
    header = "".join(f'<c r="{c}1" t="str"><v>{name}</v></c>' for c, name in zip("ABC", ["编号", "经度", "纬度"]))
    sheet = b'<worksheet><dimension ref="A1:C3"/><sheetData><row r="1">%s</row>%s</sheetData>%s</worksheet>'
    merged = b'<mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>'
    put("xlsx", "inline", sheet % (header.encode(), text, merged))
    put("ods", "houses", member("houses.ods", "content.xml"))


def shapes():
    name = "houses4524"
    shp, dbf = (member(f"{name}.shp.zip", f"{name}.{end}") for end in ("shp", "dbf"))
    longer = max(len(shp), len(dbf))
    put("shapefile", "houses", shp.ljust(longer, b"\0") + dbf.ljust(longer, b"\0"))
    put("dbf", "houses", dbf)
    for name in ("houses.gpkg", "houses4545.gpkg"):
        put("gpkg", name, (FIXTURES / name).read_bytes())
    put("fgb", "houses", (FIXTURES / "houses.fgb").read_bytes())
    kml = (FIXTURES / "houses.kml").read_bytes()
    put("kml", "houses", kml)
    folders = """<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"><Document><Folder><name>a</name>
<Placemark><name>b</name><description><![CDATA[<table><tr><td>x</td><td>1</td></tr></table>]]></description><ExtendedData>
<Data name="编号"><value>1</value></Data></ExtendedData><MultiGeometry><Point><coordinates>1,2,3</coordinates></Point><LineString>
<coordinates>1,2 3,4</coordinates></LineString></MultiGeometry></Placemark><Placemark><gx:Track><gx:coord>1 2 3</gx:coord></gx:Track>
</Placemark></Folder></Document></kml>"""
    put("kml", "folders", folders.encode())


def drawings():
    entities = [
        f"0 LWPOLYLINE|8 a|90 3|70 1|{SQUARE}|0 TEXT|8 a|10 0.5|20 0.2|1 x",
        "0 POLYLINE|8 A|66 1|70 1|0 VERTEX|8 A|10 0|20 0|0 VERTEX|8 A|10 4|20 0|0 VERTEX|8 A|10 4|20 4|0 SEQEND|8 A",
        "0 CIRCLE|8 0|10 0|20 0|40 1|0 LINE|8 0|10 0|20 0|11 1|21 1|0 MTEXT|8 0|10 0|20 0|1 \\P{\\fSimSun;x}|0 INSERT|2 b",
    ]
    for number, entity in enumerate(entities):
        pairs = f"0 SECTION|2 HEADER|9 $ACADVER|1 AC1015|9 $DWGCODEPAGE|3 ANSI_936|0 ENDSEC|0 SECTION|2 ENTITIES|{entity}|0 ENDSEC|0 EOF"
        put("dxf", f"drawing{number}", pairs.replace(" ", "\n", 1_000).replace("|", "\n").encode() + b"\n")


def zips():
    for name in ("houses4524.shp.zip", "houses.kmz", "ledger.xlsx", "houses.ods"):
        put("zip", name, (FIXTURES / name).read_bytes())
        # Unpacked parts can be changed without damage to the packing.
        put("zip", f"stored-{name}", stored(name))


def member(name, part):
    with zipfile.ZipFile(FIXTURES / name) as archive:
        return archive.read(part)


def stored(name):
    path = ROOT / "fuzz/corpus/zip" / f"stored-{name}"
    with zipfile.ZipFile(FIXTURES / name) as packed, zipfile.ZipFile(path, "w") as plain:
        for part in packed.namelist():
            plain.writestr(part, packed.read(part))
    return path.read_bytes()


def varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(out) + bytes([number])


def field(number, content):
    """A field of protobuf: an integer, or bytes with their length."""
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


def zigzag(numbers):
    return b"".join(varint(number * 2 if number >= 0 else -number * 2 - 1) for number in numbers)


def blob(kind, content, packed):
    body = field(2, len(content)) + field(3, zlib.compress(content)) if packed else field(1, content)
    head = field(1, kind) + field(3, len(body))
    return struct.pack(">I", len(head)) + head + body


def osm_pbf():
    """Four nodes, a closed way and a relation of it, packed and not."""
    texts = [b"", b"building", b"yes", b"name", "一号楼".encode(), b"type", b"multipolygon", b"outer"]
    nodes = field(1, zigzag([1, 1, 1, 1])) + field(8, zigzag([0, 10_000, 0, -10_000])) + field(9, zigzag([0, 0, 10_000, 0]))
    way = field(1, 9) + field(2, b"\1\3") + field(3, b"\2\4") + field(8, zigzag([1, 1, 1, 1, -3]))
    relation = field(1, 8) + field(2, b"\1\5") + field(3, b"\2\6") + field(8, b"\7") + field(9, zigzag([9])) + field(10, b"\1")
    groups = [field(2, nodes), field(3, way), field(4, relation)]
    block = field(1, b"".join(field(1, text) for text in texts)) + b"".join(field(2, group) for group in groups)
    header = field(4, b"OsmSchema-V0.6") + field(4, b"DenseNodes")
    for packed in (False, True):
        file = blob(b"OSMHeader", header, packed) + blob(b"OSMData", block, packed)
        put("osm_pbf", f"house-{'packed' if packed else 'plain'}", file)


def filters():
    """Every operator of CQL2, and what once overflowed or stalled; the first byte chooses layer and language."""
    texts = [
        "level = 'red' AND NOT (status = 'closed' OR found < DATE('2026-01-01'))",
        "name LIKE '%楼_\\%' OR CASEI(code) = casei('FX-1')",
        "id + 1 * -2 / 3 % 4 ^ 2 > 5 AND id div 2 = 3",
        "built_year BETWEEN 1980 AND 2000 AND address IS NOT NULL",
        "code IN ('1','2','3','4','5') OR id IN (1,2,3,4,5)",
        "S_INTERSECTS(geometry, BBOX(108.9,34.2,109.0,34.3))",
        "S_CROSSES(LINESTRING(108 34,109 35), geometry) OR S_DWITHIN(geometry, POINT(108.96 34.22), 500)",
        "S_WITHIN(geometry, MULTIPOLYGON(((108.9 34.2,108.95 34.2,108.95 34.3,108.9 34.2))))",
        "T_DURING(found, INTERVAL('2026-03-01','..')) AND T_AFTER(deadline, TIMESTAMP('2026-03-01T00:00:00Z'))",
        "A_CONTAINS(('a','b'), (level)) OR ACCENTI(name) = ACCENTI('é')",
        "(" * 20 + "1",
        "NOT " * 30 + "id=1",
        "name LIKE '" + "%_" * 30 + "'\n--sort -name,level",
        '{"op":"or","args":[{"op":"=","args":[{"property":"id"},1]},{"op":"like","args":[{"property":"name"},"%a"]}]}',
        '{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Point","coordinates":[108.9,34.2]}]}',
        '{"op":"t_during","args":[{"property":"found"},{"interval":["2026-03-01","2026-04-01"]}]}',
        '{"op":"in","args":[{"property":"level"},["red","blue"]]}',
    ]
    for at, text in enumerate(texts):
        for layer in range(4):
            put("cql2", f"{at}-{layer}", bytes([layer]) + text.encode())


for make in (geojson, tables, shapes, drawings, zips, osm_pbf, filters):
    make()
