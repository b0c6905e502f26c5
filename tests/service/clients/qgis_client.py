"""QGIS as a client of OGC API Features: adds a layer, asks for its records in a window and by a filter, draws it.

Usage: qgis_client.py URL IMAGE [WEST,SOUTH,EAST,NORTH]; prints what it saw as JSON.
"""
import json
import os
import sys

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
from qgis.core import (  # noqa: E402
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsFeatureRequest,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QEventLoop, QSize  # noqa: E402
from qgis.PyQt.QtGui import QColor  # noqa: E402

url, image = sys.argv[1:3]
application = QgsApplication([], False)
application.initQgis()


def layer(name, extra=""):
    made = QgsVectorLayer(f"url='{url}' typename='{name}' pageSize='200'{extra}", name, "OAPIF")
    assert made.isValid(), made.error().message()
    return made


grids = layer("grids")
window = QgsRectangle(*json.loads(sys.argv[3]))
near = QgsFeatureRequest(window)
told = {
    "crs": grids.crs().authid(),
    "fields": [field.name() for field in grids.fields()],
    "grids": sorted(feature["code"] for feature in grids.getFeatures()),
    "grids_in_window": sorted(feature["code"] for feature in grids.getFeatures(near)),
    "shapes": sum(1 for feature in grids.getFeatures() if feature.geometry().isGeosValid()),
    "risk_points_red": sum(
        1 for _ in layer("risk_points").getFeatures(QgsFeatureRequest().setFilterExpression("\"level\" = 'red'"))
    ),
    "buildings": sum(1 for _ in layer("buildings").getFeatures()),
}

settings = QgsMapSettings()
settings.setLayers([grids])
settings.setBackgroundColor(QColor("white"))
settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
settings.setExtent(grids.extent())
settings.setOutputSize(QSize(600, 400))
job = QgsMapRendererParallelJob(settings)
loop = QEventLoop()
job.finished.connect(loop.quit)
job.start()
loop.exec_()
picture = job.renderedImage()
picture.save(image)
coloured = 0
for x in range(0, picture.width(), 4):
    for y in range(0, picture.height(), 4):
        coloured += picture.pixelColor(x, y) != QColor("white")
told["drawn"] = coloured * 16 / (picture.width() * picture.height())
print(json.dumps(told, ensure_ascii=False))
sys.stdout.flush()
os._exit(0)
