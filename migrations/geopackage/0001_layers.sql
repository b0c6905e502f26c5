-- Written from the layer catalogue (src/domain/layers); see migrations/README.md.
PRAGMA application_id = 1196444487;
PRAGMA user_version = 10300;

CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT
);
INSERT INTO gpkg_spatial_ref_sys VALUES
  ('Undefined cartesian SRS', -1, 'NONE', -1, 'undefined', 'undefined cartesian coordinate reference system'),
  ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', 'undefined geographic coordinate reference system'),
  ('WGS 84 geodetic', 4326, 'EPSG', 4326,
   'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]',
   'longitude/latitude coordinates in decimal degrees on the WGS 84 spheroid');
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id)
);
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL,
  z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id)
);
CREATE TABLE gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL,
  CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name)
);
INSERT INTO gpkg_extensions VALUES
  ('gpkg_data_columns', NULL, 'gpkg_schema', 'http://www.geopackage.org/spec/#extension_schema', 'read-write'),
  ('gpkg_data_column_constraints', NULL, 'gpkg_schema', 'http://www.geopackage.org/spec/#extension_schema', 'read-write');
CREATE TABLE gpkg_data_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT, mime_type TEXT,
  constraint_name TEXT, CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name), CONSTRAINT gdc_tn UNIQUE (table_name, name)
);
CREATE TABLE gpkg_data_column_constraints (
  constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT, min NUMERIC, min_is_inclusive BOOLEAN,
  max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
  CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value)
);

CREATE TABLE minqing_change (
  seq INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  layer TEXT NOT NULL, feature_id INTEGER NOT NULL, op TEXT NOT NULL, at TEXT NOT NULL, by TEXT NOT NULL
);
CREATE TABLE minqing_setting (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL);

-- 街道
CREATE TABLE subdistricts (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom MULTIPOLYGON,
  code TEXT NOT NULL,
  name TEXT,
  "district_name" TEXT,
  "office_address" TEXT,
  "resident_count" INTEGER,
  "household_count" INTEGER,
  "aliases" TEXT,
  "valid_from" DATE,
  revision INTEGER,
  updated_at DATETIME,
  updated_by TEXT
);
CREATE UNIQUE INDEX subdistricts_code ON subdistricts (code);
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES ('subdistricts', 'features', '街道', 'Subdistricts', 4326);
INSERT INTO gpkg_geometry_columns VALUES ('subdistricts', 'geom', 'MULTIPOLYGON', 4326, 0, 0);
INSERT INTO gpkg_data_columns VALUES ('subdistricts', 'code', '编码', '编码', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('subdistricts', 'name', '名称', '名称', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('subdistricts', 'revision', '修订号', '修订号', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('subdistricts', 'updated_at', '更新时间', '更新时间', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('subdistricts', 'updated_by', '更新人', '更新人', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('subdistricts', 'district_name', '所属区', '所属区', 'District', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('subdistricts', 'office_address', '办公地址', '办公地址', 'Office address', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('subdistricts', 'resident_count', '登记人口', '登记人口', 'Residents', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('subdistricts', 'household_count', '户数', '户数', 'Households', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('subdistricts', 'aliases', '曾用名', '曾用名', 'Former names', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('subdistricts', 'valid_from', '启用日期', '启用日期', 'In force from', NULL, NULL);
CREATE TRIGGER subdistricts_logs_insert AFTER INSERT ON subdistricts BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('subdistricts', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE subdistricts SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program') WHERE id = NEW.id;
END;
CREATE TRIGGER subdistricts_logs_update AFTER UPDATE ON subdistricts
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'subdistricts', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('subdistricts', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  UPDATE subdistricts SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
CREATE TRIGGER subdistricts_logs_delete AFTER DELETE ON subdistricts BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('subdistricts', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
END;

-- 社区(村)
CREATE TABLE communities (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom MULTIPOLYGON,
  code TEXT NOT NULL,
  name TEXT,
  "subdistrict_code" TEXT,
  "kind" TEXT,
  "office_address" TEXT,
  "resident_count" INTEGER,
  "household_count" INTEGER,
  "aliases" TEXT,
  "valid_from" DATE,
  revision INTEGER,
  updated_at DATETIME,
  updated_by TEXT
);
CREATE UNIQUE INDEX communities_code ON communities (code);
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES ('communities', 'features', '社区(村)', 'Communities', 4326);
INSERT INTO gpkg_geometry_columns VALUES ('communities', 'geom', 'MULTIPOLYGON', 4326, 0, 0);
INSERT INTO gpkg_data_columns VALUES ('communities', 'code', '编码', '编码', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('communities', 'name', '名称', '名称', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('communities', 'revision', '修订号', '修订号', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('communities', 'updated_at', '更新时间', '更新时间', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('communities', 'updated_by', '更新人', '更新人', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('communities', 'subdistrict_code', '所属街道编码', '所属街道编码', 'Subdistrict code', NULL, NULL);
INSERT INTO gpkg_data_column_constraints VALUES ('communities_kind', 'enum', 'residential', NULL, NULL, NULL, NULL, '社区');
INSERT INTO gpkg_data_column_constraints VALUES ('communities_kind', 'enum', 'village', NULL, NULL, NULL, NULL, '村');
INSERT INTO gpkg_data_columns VALUES ('communities', 'kind', '类别', '类别', 'Kind', NULL, 'communities_kind');
INSERT INTO gpkg_data_columns VALUES ('communities', 'office_address', '办公地址', '办公地址', 'Office address', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('communities', 'resident_count', '登记人口', '登记人口', 'Residents', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('communities', 'household_count', '户数', '户数', 'Households', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('communities', 'aliases', '曾用名', '曾用名', 'Former names', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('communities', 'valid_from', '启用日期', '启用日期', 'In force from', NULL, NULL);
CREATE TRIGGER communities_logs_insert AFTER INSERT ON communities BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('communities', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE communities SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program') WHERE id = NEW.id;
END;
CREATE TRIGGER communities_logs_update AFTER UPDATE ON communities
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'communities', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('communities', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  UPDATE communities SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
CREATE TRIGGER communities_logs_delete AFTER DELETE ON communities BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('communities', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
END;

-- 网格
CREATE TABLE grids (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom MULTIPOLYGON,
  code TEXT NOT NULL,
  name TEXT,
  "community_code" TEXT,
  "kind" TEXT,
  "dedicated_kind" TEXT,
  "resident_count" INTEGER,
  "household_count" INTEGER,
  "boundary_description" TEXT,
  "aliases" TEXT,
  "valid_from" DATE,
  revision INTEGER,
  updated_at DATETIME,
  updated_by TEXT
);
CREATE UNIQUE INDEX grids_code ON grids (code);
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES ('grids', 'features', '网格', 'Grids', 4326);
INSERT INTO gpkg_geometry_columns VALUES ('grids', 'geom', 'MULTIPOLYGON', 4326, 0, 0);
INSERT INTO gpkg_data_columns VALUES ('grids', 'code', '编码', '编码', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('grids', 'name', '名称', '名称', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('grids', 'revision', '修订号', '修订号', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('grids', 'updated_at', '更新时间', '更新时间', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('grids', 'updated_by', '更新人', '更新人', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('grids', 'community_code', '所属社区编码', '所属社区编码', 'Community code', NULL, NULL);
INSERT INTO gpkg_data_column_constraints VALUES ('grids_kind', 'enum', 'basic', NULL, NULL, NULL, NULL, '基础网格');
INSERT INTO gpkg_data_column_constraints VALUES ('grids_kind', 'enum', 'dedicated', NULL, NULL, NULL, NULL, '专属网格');
INSERT INTO gpkg_data_columns VALUES ('grids', 'kind', '网格类型', '网格类型', 'Kind', NULL, 'grids_kind');
INSERT INTO gpkg_data_column_constraints VALUES ('grids_dedicated_kind', 'enum', 'market', NULL, NULL, NULL, NULL, '商圈市场');
INSERT INTO gpkg_data_column_constraints VALUES ('grids_dedicated_kind', 'enum', 'campus', NULL, NULL, NULL, NULL, '学校');
INSERT INTO gpkg_data_column_constraints VALUES ('grids_dedicated_kind', 'enum', 'hospital', NULL, NULL, NULL, NULL, '医院');
INSERT INTO gpkg_data_column_constraints VALUES ('grids_dedicated_kind', 'enum', 'office', NULL, NULL, NULL, NULL, '机关单位');
INSERT INTO gpkg_data_column_constraints VALUES ('grids_dedicated_kind', 'enum', 'park', NULL, NULL, NULL, NULL, '产业园区');
INSERT INTO gpkg_data_column_constraints VALUES ('grids_dedicated_kind', 'enum', 'scenic', NULL, NULL, NULL, NULL, '景区公园');
INSERT INTO gpkg_data_column_constraints VALUES ('grids_dedicated_kind', 'enum', 'transport', NULL, NULL, NULL, NULL, '交通枢纽');
INSERT INTO gpkg_data_columns VALUES ('grids', 'dedicated_kind', '专属网格类别', '专属网格类别', 'Kind of dedicated grid', NULL, 'grids_dedicated_kind');
INSERT INTO gpkg_data_columns VALUES ('grids', 'resident_count', '登记人口', '登记人口', 'Residents', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('grids', 'household_count', '户数', '户数', 'Households', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('grids', 'boundary_description', '四至', '四至', 'Bounds in words', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('grids', 'aliases', '曾用名', '曾用名', 'Former names', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('grids', 'valid_from', '启用日期', '启用日期', 'In force from', NULL, NULL);
CREATE TRIGGER grids_logs_insert AFTER INSERT ON grids BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('grids', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE grids SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program') WHERE id = NEW.id;
END;
CREATE TRIGGER grids_logs_update AFTER UPDATE ON grids
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'grids', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('grids', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  UPDATE grids SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
CREATE TRIGGER grids_logs_delete AFTER DELETE ON grids BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('grids', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
END;

-- 小区
CREATE TABLE compounds (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom MULTIPOLYGON,
  code TEXT NOT NULL,
  name TEXT,
  "grid_code" TEXT,
  "kind" TEXT,
  "address" TEXT,
  "built_year" INTEGER,
  "property_management" TEXT,
  "property_company" TEXT,
  "has_work_station" BOOLEAN,
  "building_count" INTEGER,
  "entrance_count" INTEGER,
  "household_count" INTEGER,
  "resident_count" INTEGER,
  "parking_count" INTEGER,
  "charger_count" INTEGER,
  "damaged_pipe_systems" INTEGER,
  "damaged_envelope_ratio" REAL,
  "uninsulated_ratio" REAL,
  "activity_space_m2" REAL,
  "barrier_free" BOOLEAN,
  "smart_security" BOOLEAN,
  "consent_ratio" REAL,
  "aliases" TEXT,
  revision INTEGER,
  updated_at DATETIME,
  updated_by TEXT
);
CREATE UNIQUE INDEX compounds_code ON compounds (code);
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES ('compounds', 'features', '小区', 'Compounds', 4326);
INSERT INTO gpkg_geometry_columns VALUES ('compounds', 'geom', 'MULTIPOLYGON', 4326, 0, 0);
INSERT INTO gpkg_data_columns VALUES ('compounds', 'code', '编码', '编码', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('compounds', 'name', '名称', '名称', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('compounds', 'revision', '修订号', '修订号', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('compounds', 'updated_at', '更新时间', '更新时间', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('compounds', 'updated_by', '更新人', '更新人', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('compounds', 'grid_code', '所属网格编码', '所属网格编码', 'Grid code', NULL, NULL);
INSERT INTO gpkg_data_column_constraints VALUES ('compounds_kind', 'enum', 'commodity', NULL, NULL, NULL, NULL, '商品房小区');
INSERT INTO gpkg_data_column_constraints VALUES ('compounds_kind', 'enum', 'work_unit', NULL, NULL, NULL, NULL, '单位家属院');
INSERT INTO gpkg_data_column_constraints VALUES ('compounds_kind', 'enum', 'old_rows', NULL, NULL, NULL, NULL, '老旧小区');
INSERT INTO gpkg_data_column_constraints VALUES ('compounds_kind', 'enum', 'resettlement', NULL, NULL, NULL, NULL, '安置小区');
INSERT INTO gpkg_data_column_constraints VALUES ('compounds_kind', 'enum', 'self_built', NULL, NULL, NULL, NULL, '自建房片区');
INSERT INTO gpkg_data_columns VALUES ('compounds', 'kind', '类别', '类别', 'Kind', NULL, 'compounds_kind');
INSERT INTO gpkg_data_columns VALUES ('compounds', 'address', '地址', '地址', 'Address', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('compounds', 'built_year', '建成年份', '建成年份', 'Built in', NULL, NULL);
INSERT INTO gpkg_data_column_constraints VALUES ('compounds_property_management', 'enum', 'professional', NULL, NULL, NULL, NULL, '专业物业');
INSERT INTO gpkg_data_column_constraints VALUES ('compounds_property_management', 'enum', 'self_managed', NULL, NULL, NULL, NULL, '单位自管');
INSERT INTO gpkg_data_column_constraints VALUES ('compounds_property_management', 'enum', 'community', NULL, NULL, NULL, NULL, '社区兜底');
INSERT INTO gpkg_data_column_constraints VALUES ('compounds_property_management', 'enum', 'none', NULL, NULL, NULL, NULL, '无物业');
INSERT INTO gpkg_data_columns VALUES ('compounds', 'property_management', '物业管理', '物业管理', 'Property management', NULL, 'compounds_property_management');
INSERT INTO gpkg_data_columns VALUES ('compounds', 'property_company', '物业公司', '物业公司', 'Property company', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('compounds', 'has_work_station', '小区工作站', '小区工作站', 'Work station', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('compounds', 'building_count', '楼栋数', '楼栋数', 'Buildings', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('compounds', 'entrance_count', '单元数', '单元数', 'Entrances', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('compounds', 'household_count', '户数', '户数', 'Households', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('compounds', 'resident_count', '登记人口', '登记人口', 'Residents', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('compounds', 'parking_count', '停车位', '停车位', 'Parking spaces', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('compounds', 'charger_count', '充电口', '充电口', 'Charging points', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('compounds', 'damaged_pipe_systems', '管线破损系统数', '管线破损系统数', 'Damaged pipe systems', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('compounds', 'damaged_envelope_ratio', '屋面外墙破损楼栋比', '屋面外墙破损楼栋比', 'Share of damaged envelopes', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('compounds', 'uninsulated_ratio', '未节能改造楼栋比', '未节能改造楼栋比', 'Share without insulation', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('compounds', 'activity_space_m2', '公共活动场地面积', '公共活动场地面积', 'Shared activity space', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('compounds', 'barrier_free', '无障碍改造', '无障碍改造', 'Barrier-free', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('compounds', 'smart_security', '智慧安防', '智慧安防', 'Smart security', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('compounds', 'consent_ratio', '居民同意率', '居民同意率', 'Share of residents who agree', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('compounds', 'aliases', '曾用名', '曾用名', 'Former names', NULL, NULL);
CREATE TRIGGER compounds_logs_insert AFTER INSERT ON compounds BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('compounds', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE compounds SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program') WHERE id = NEW.id;
END;
CREATE TRIGGER compounds_logs_update AFTER UPDATE ON compounds
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'compounds', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('compounds', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  UPDATE compounds SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
CREATE TRIGGER compounds_logs_delete AFTER DELETE ON compounds BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('compounds', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
END;

-- 楼栋
CREATE TABLE buildings (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom MULTIPOLYGON,
  code TEXT NOT NULL,
  name TEXT,
  "compound_code" TEXT,
  "number" TEXT,
  "address" TEXT,
  "use" TEXT,
  "storeys" INTEGER,
  "storeys_below" INTEGER,
  "height_m" REAL,
  "structure" TEXT,
  "built_year" INTEGER,
  "entrance_count" INTEGER,
  "household_count" INTEGER,
  "lift_count" INTEGER,
  "floor_area_m2" REAL,
  "operating" BOOLEAN,
  "screening" TEXT,
  "safety_grade" TEXT,
  "appraisal_report" TEXT,
  "appraisal_body" TEXT,
  "appraised_on" DATE,
  "under_watch" BOOLEAN,
  revision INTEGER,
  updated_at DATETIME,
  updated_by TEXT
);
CREATE UNIQUE INDEX buildings_code ON buildings (code);
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES ('buildings', 'features', '楼栋', 'Buildings', 4326);
INSERT INTO gpkg_geometry_columns VALUES ('buildings', 'geom', 'MULTIPOLYGON', 4326, 0, 0);
INSERT INTO gpkg_data_columns VALUES ('buildings', 'code', '编码', '编码', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('buildings', 'name', '名称', '名称', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('buildings', 'revision', '修订号', '修订号', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('buildings', 'updated_at', '更新时间', '更新时间', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('buildings', 'updated_by', '更新人', '更新人', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('buildings', 'compound_code', '所属小区编码', '所属小区编码', 'Compound code', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('buildings', 'number', '楼号', '楼号', 'Number', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('buildings', 'address', '地址', '地址', 'Address', NULL, NULL);
INSERT INTO gpkg_data_column_constraints VALUES ('buildings_use', 'enum', 'residential', NULL, NULL, NULL, NULL, '住宅');
INSERT INTO gpkg_data_column_constraints VALUES ('buildings_use', 'enum', 'self_built', NULL, NULL, NULL, NULL, '自建房');
INSERT INTO gpkg_data_column_constraints VALUES ('buildings_use', 'enum', 'commercial', NULL, NULL, NULL, NULL, '商业');
INSERT INTO gpkg_data_column_constraints VALUES ('buildings_use', 'enum', 'office', NULL, NULL, NULL, NULL, '办公');
INSERT INTO gpkg_data_column_constraints VALUES ('buildings_use', 'enum', 'school', NULL, NULL, NULL, NULL, '教育');
INSERT INTO gpkg_data_column_constraints VALUES ('buildings_use', 'enum', 'medical', NULL, NULL, NULL, NULL, '医疗');
INSERT INTO gpkg_data_column_constraints VALUES ('buildings_use', 'enum', 'public', NULL, NULL, NULL, NULL, '公共服务');
INSERT INTO gpkg_data_column_constraints VALUES ('buildings_use', 'enum', 'industrial', NULL, NULL, NULL, NULL, '厂房仓储');
INSERT INTO gpkg_data_column_constraints VALUES ('buildings_use', 'enum', 'ancillary', NULL, NULL, NULL, NULL, '附属用房');
INSERT INTO gpkg_data_columns VALUES ('buildings', 'use', '用途', '用途', 'Use', NULL, 'buildings_use');
INSERT INTO gpkg_data_columns VALUES ('buildings', 'storeys', '地上层数', '地上层数', 'Storeys', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('buildings', 'storeys_below', '地下层数', '地下层数', 'Storeys below ground', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('buildings', 'height_m', '高度', '高度', 'Height', NULL, NULL);
INSERT INTO gpkg_data_column_constraints VALUES ('buildings_structure', 'enum', 'brick_timber', NULL, NULL, NULL, NULL, '砖木');
INSERT INTO gpkg_data_column_constraints VALUES ('buildings_structure', 'enum', 'earth_stone', NULL, NULL, NULL, NULL, '土木/石木');
INSERT INTO gpkg_data_column_constraints VALUES ('buildings_structure', 'enum', 'brick_concrete', NULL, NULL, NULL, NULL, '砖混(现浇)');
INSERT INTO gpkg_data_column_constraints VALUES ('buildings_structure', 'enum', 'brick_precast', NULL, NULL, NULL, NULL, '砖混(预制板)');
INSERT INTO gpkg_data_column_constraints VALUES ('buildings_structure', 'enum', 'frame', NULL, NULL, NULL, NULL, '框架');
INSERT INTO gpkg_data_column_constraints VALUES ('buildings_structure', 'enum', 'shear_wall', NULL, NULL, NULL, NULL, '框剪/剪力墙');
INSERT INTO gpkg_data_column_constraints VALUES ('buildings_structure', 'enum', 'steel', NULL, NULL, NULL, NULL, '钢结构');
INSERT INTO gpkg_data_column_constraints VALUES ('buildings_structure', 'enum', 'other', NULL, NULL, NULL, NULL, '其他');
INSERT INTO gpkg_data_columns VALUES ('buildings', 'structure', '结构类型', '结构类型', 'Structure', NULL, 'buildings_structure');
INSERT INTO gpkg_data_columns VALUES ('buildings', 'built_year', '建成年份', '建成年份', 'Built in', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('buildings', 'entrance_count', '单元数', '单元数', 'Entrances', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('buildings', 'household_count', '户数', '户数', 'Households', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('buildings', 'lift_count', '电梯数', '电梯数', 'Lifts', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('buildings', 'floor_area_m2', '建筑面积', '建筑面积', 'Floor area', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('buildings', 'operating', '经营性', '经营性', 'Used for business', NULL, NULL);
INSERT INTO gpkg_data_column_constraints VALUES ('buildings_screening', 'enum', 'none_found', NULL, NULL, NULL, NULL, '未发现安全隐患');
INSERT INTO gpkg_data_column_constraints VALUES ('buildings_screening', 'enum', 'some', NULL, NULL, NULL, NULL, '存在一定安全隐患');
INSERT INTO gpkg_data_column_constraints VALUES ('buildings_screening', 'enum', 'severe', NULL, NULL, NULL, NULL, '存在严重安全隐患');
INSERT INTO gpkg_data_columns VALUES ('buildings', 'screening', '初步排查', '初步排查', 'First screening', NULL, 'buildings_screening');
INSERT INTO gpkg_data_column_constraints VALUES ('buildings_safety_grade', 'enum', 'A', NULL, NULL, NULL, NULL, 'A级');
INSERT INTO gpkg_data_column_constraints VALUES ('buildings_safety_grade', 'enum', 'B', NULL, NULL, NULL, NULL, 'B级');
INSERT INTO gpkg_data_column_constraints VALUES ('buildings_safety_grade', 'enum', 'C', NULL, NULL, NULL, NULL, 'C级(局部危房)');
INSERT INTO gpkg_data_column_constraints VALUES ('buildings_safety_grade', 'enum', 'D', NULL, NULL, NULL, NULL, 'D级(整幢危房)');
INSERT INTO gpkg_data_columns VALUES ('buildings', 'safety_grade', '鉴定等级', '鉴定等级', 'Safety grade', NULL, 'buildings_safety_grade');
INSERT INTO gpkg_data_columns VALUES ('buildings', 'appraisal_report', '鉴定报告编号', '鉴定报告编号', 'Appraisal report', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('buildings', 'appraisal_body', '鉴定机构', '鉴定机构', 'Appraisal body', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('buildings', 'appraised_on', '鉴定日期', '鉴定日期', 'Appraised on', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('buildings', 'under_watch', '挂账管控', '挂账管控', 'Under watch', NULL, NULL);
CREATE TRIGGER buildings_logs_insert AFTER INSERT ON buildings BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('buildings', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE buildings SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program') WHERE id = NEW.id;
END;
CREATE TRIGGER buildings_logs_update AFTER UPDATE ON buildings
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'buildings', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('buildings', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  UPDATE buildings SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
CREATE TRIGGER buildings_logs_delete AFTER DELETE ON buildings BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('buildings', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
END;

-- 单元
CREATE TABLE entrances (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom POINT,
  code TEXT NOT NULL,
  name TEXT,
  "building_code" TEXT,
  "number" TEXT,
  "floors" INTEGER,
  "doors_per_floor" INTEGER,
  "has_lift" BOOLEAN,
  revision INTEGER,
  updated_at DATETIME,
  updated_by TEXT
);
CREATE UNIQUE INDEX entrances_code ON entrances (code);
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES ('entrances', 'features', '单元', 'Entrances', 4326);
INSERT INTO gpkg_geometry_columns VALUES ('entrances', 'geom', 'POINT', 4326, 0, 0);
INSERT INTO gpkg_data_columns VALUES ('entrances', 'code', '编码', '编码', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('entrances', 'name', '名称', '名称', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('entrances', 'revision', '修订号', '修订号', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('entrances', 'updated_at', '更新时间', '更新时间', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('entrances', 'updated_by', '更新人', '更新人', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('entrances', 'building_code', '所属楼栋编码', '所属楼栋编码', 'Building code', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('entrances', 'number', '单元号', '单元号', 'Number', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('entrances', 'floors', '层数', '层数', 'Floors', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('entrances', 'doors_per_floor', '每层户数', '每层户数', 'Doors per floor', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('entrances', 'has_lift', '有电梯', '有电梯', 'Has a lift', NULL, NULL);
CREATE TRIGGER entrances_logs_insert AFTER INSERT ON entrances BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('entrances', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE entrances SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program') WHERE id = NEW.id;
END;
CREATE TRIGGER entrances_logs_update AFTER UPDATE ON entrances
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'entrances', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('entrances', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  UPDATE entrances SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
CREATE TRIGGER entrances_logs_delete AFTER DELETE ON entrances BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('entrances', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
END;

-- 户
CREATE TABLE households (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom GEOMETRY,
  code TEXT NOT NULL,
  name TEXT,
  "entrance_code" TEXT,
  "building_code" TEXT,
  "floor" INTEGER,
  "room_label" TEXT,
  "dwelling_use" TEXT,
  "area_band" TEXT,
  "room_count" INTEGER,
  "occupants_band" TEXT,
  "gas_kind" TEXT,
  "indoor_ebike_charging" BOOLEAN,
  "smoke_alarm" BOOLEAN,
  "needs_visit" BOOLEAN,
  "needs_visit_until" DATE,
  "last_checked_on" DATE,
  "source" TEXT,
  "valid_until" DATE,
  revision INTEGER,
  updated_at DATETIME,
  updated_by TEXT
);
CREATE UNIQUE INDEX households_code ON households (code);
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES ('households', 'features', '户', 'Households', 4326);
INSERT INTO gpkg_geometry_columns VALUES ('households', 'geom', 'GEOMETRY', 4326, 0, 0);
INSERT INTO gpkg_data_columns VALUES ('households', 'code', '编码', '编码', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('households', 'name', '名称', '名称', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('households', 'revision', '修订号', '修订号', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('households', 'updated_at', '更新时间', '更新时间', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('households', 'updated_by', '更新人', '更新人', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('households', 'entrance_code', '所属单元编码', '所属单元编码', 'Entrance code', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('households', 'building_code', '所属楼栋编码', '所属楼栋编码', 'Building code', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('households', 'floor', '楼层', '楼层', 'Floor', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('households', 'room_label', '室号', '室号', 'Room', NULL, NULL);
INSERT INTO gpkg_data_column_constraints VALUES ('households_dwelling_use', 'enum', 'owner', NULL, NULL, NULL, NULL, '自住');
INSERT INTO gpkg_data_column_constraints VALUES ('households_dwelling_use', 'enum', 'let', NULL, NULL, NULL, NULL, '出租');
INSERT INTO gpkg_data_column_constraints VALUES ('households_dwelling_use', 'enum', 'business', NULL, NULL, NULL, NULL, '经营');
INSERT INTO gpkg_data_column_constraints VALUES ('households_dwelling_use', 'enum', 'vacant', NULL, NULL, NULL, NULL, '空置');
INSERT INTO gpkg_data_column_constraints VALUES ('households_dwelling_use', 'enum', 'unknown', NULL, NULL, NULL, NULL, '未知');
INSERT INTO gpkg_data_columns VALUES ('households', 'dwelling_use', '居住用途', '居住用途', 'Use', NULL, 'households_dwelling_use');
INSERT INTO gpkg_data_column_constraints VALUES ('households_area_band', 'enum', 'under_50', NULL, NULL, NULL, NULL, '50㎡以下');
INSERT INTO gpkg_data_column_constraints VALUES ('households_area_band', 'enum', '50_90', NULL, NULL, NULL, NULL, '50-90㎡');
INSERT INTO gpkg_data_column_constraints VALUES ('households_area_band', 'enum', '90_144', NULL, NULL, NULL, NULL, '90-144㎡');
INSERT INTO gpkg_data_column_constraints VALUES ('households_area_band', 'enum', 'over_144', NULL, NULL, NULL, NULL, '144㎡以上');
INSERT INTO gpkg_data_columns VALUES ('households', 'area_band', '面积段', '面积段', 'Area', NULL, 'households_area_band');
INSERT INTO gpkg_data_columns VALUES ('households', 'room_count', '间数', '间数', 'Rooms', NULL, NULL);
INSERT INTO gpkg_data_column_constraints VALUES ('households_occupants_band', 'enum', '0', NULL, NULL, NULL, NULL, '0人');
INSERT INTO gpkg_data_column_constraints VALUES ('households_occupants_band', 'enum', '1', NULL, NULL, NULL, NULL, '1人');
INSERT INTO gpkg_data_column_constraints VALUES ('households_occupants_band', 'enum', '2', NULL, NULL, NULL, NULL, '2人');
INSERT INTO gpkg_data_column_constraints VALUES ('households_occupants_band', 'enum', '3_4', NULL, NULL, NULL, NULL, '3-4人');
INSERT INTO gpkg_data_column_constraints VALUES ('households_occupants_band', 'enum', '5_plus', NULL, NULL, NULL, NULL, '5人以上');
INSERT INTO gpkg_data_columns VALUES ('households', 'occupants_band', '居住人数段', '居住人数段', 'Occupants', NULL, 'households_occupants_band');
INSERT INTO gpkg_data_column_constraints VALUES ('households_gas_kind', 'enum', 'piped', NULL, NULL, NULL, NULL, '管道天然气');
INSERT INTO gpkg_data_column_constraints VALUES ('households_gas_kind', 'enum', 'bottled', NULL, NULL, NULL, NULL, '瓶装液化气');
INSERT INTO gpkg_data_column_constraints VALUES ('households_gas_kind', 'enum', 'none', NULL, NULL, NULL, NULL, '无燃气');
INSERT INTO gpkg_data_columns VALUES ('households', 'gas_kind', '燃气类型', '燃气类型', 'Gas', NULL, 'households_gas_kind');
INSERT INTO gpkg_data_columns VALUES ('households', 'indoor_ebike_charging', '电动车入户充电', '电动车入户充电', 'E-bike charged indoors', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('households', 'smoke_alarm', '烟感报警器', '烟感报警器', 'Smoke alarm', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('households', 'needs_visit', '需要上门协助', '需要上门协助', 'Needs a visit', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('households', 'needs_visit_until', '协助同意有效期', '协助同意有效期', 'Consent until', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('households', 'last_checked_on', '最近核查', '最近核查', 'Last checked', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('households', 'source', '来源', '来源', 'Source', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('households', 'valid_until', '保留至', '保留至', 'Kept until', NULL, NULL);
CREATE TRIGGER households_logs_insert AFTER INSERT ON households BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('households', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE households SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program') WHERE id = NEW.id;
END;
CREATE TRIGGER households_logs_update AFTER UPDATE ON households
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'households', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('households', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  UPDATE households SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
CREATE TRIGGER households_logs_delete AFTER DELETE ON households BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('households', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
END;

-- 风险点
CREATE TABLE risk_points (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom GEOMETRY,
  code TEXT NOT NULL,
  name TEXT,
  "grid_code" TEXT,
  "building_code" TEXT,
  "address" TEXT,
  "kind" TEXT,
  "level" TEXT,
  "hazard_class" TEXT,
  "status" TEXT,
  "description" TEXT,
  "found_by" TEXT,
  "found" DATE,
  "deadline" DATE,
  "original_deadline" DATE,
  "closed_on" DATE,
  "fix_mode" TEXT,
  "responsible_post" TEXT,
  "reviewer_post" TEXT,
  revision INTEGER,
  updated_at DATETIME,
  updated_by TEXT
);
CREATE UNIQUE INDEX risk_points_code ON risk_points (code);
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES ('risk_points', 'features', '风险点', 'Risk points', 4326);
INSERT INTO gpkg_geometry_columns VALUES ('risk_points', 'geom', 'GEOMETRY', 4326, 0, 0);
INSERT INTO gpkg_data_columns VALUES ('risk_points', 'code', '编码', '编码', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('risk_points', 'name', '名称', '名称', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('risk_points', 'revision', '修订号', '修订号', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('risk_points', 'updated_at', '更新时间', '更新时间', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('risk_points', 'updated_by', '更新人', '更新人', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('risk_points', 'grid_code', '所属网格编码', '所属网格编码', 'Grid code', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('risk_points', 'building_code', '所在楼栋编码', '所在楼栋编码', 'Building code', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('risk_points', 'address', '地址', '地址', 'Address', NULL, NULL);
INSERT INTO gpkg_data_column_constraints VALUES ('risk_points_kind', 'enum', 'fire', NULL, NULL, NULL, NULL, '消防安全');
INSERT INTO gpkg_data_column_constraints VALUES ('risk_points_kind', 'enum', 'gas', NULL, NULL, NULL, NULL, '燃气安全');
INSERT INTO gpkg_data_column_constraints VALUES ('risk_points_kind', 'enum', 'electrical', NULL, NULL, NULL, NULL, '用电安全');
INSERT INTO gpkg_data_column_constraints VALUES ('risk_points_kind', 'enum', 'ebike', NULL, NULL, NULL, NULL, '电动车停放充电');
INSERT INTO gpkg_data_column_constraints VALUES ('risk_points_kind', 'enum', 'structure', NULL, NULL, NULL, NULL, '房屋结构');
INSERT INTO gpkg_data_column_constraints VALUES ('risk_points_kind', 'enum', 'falling', NULL, NULL, NULL, NULL, '高空坠物');
INSERT INTO gpkg_data_column_constraints VALUES ('risk_points_kind', 'enum', 'construction', NULL, NULL, NULL, NULL, '施工安全');
INSERT INTO gpkg_data_column_constraints VALUES ('risk_points_kind', 'enum', 'road', NULL, NULL, NULL, NULL, '道路交通');
INSERT INTO gpkg_data_column_constraints VALUES ('risk_points_kind', 'enum', 'flood', NULL, NULL, NULL, NULL, '内涝');
INSERT INTO gpkg_data_column_constraints VALUES ('risk_points_kind', 'enum', 'environment', NULL, NULL, NULL, NULL, '环境污染');
INSERT INTO gpkg_data_column_constraints VALUES ('risk_points_kind', 'enum', 'production', NULL, NULL, NULL, NULL, '安全生产');
INSERT INTO gpkg_data_column_constraints VALUES ('risk_points_kind', 'enum', 'other', NULL, NULL, NULL, NULL, '其他');
INSERT INTO gpkg_data_columns VALUES ('risk_points', 'kind', '隐患类别', '隐患类别', 'Kind', NULL, 'risk_points_kind');
INSERT INTO gpkg_data_column_constraints VALUES ('risk_points_level', 'enum', 'red', NULL, NULL, NULL, NULL, '红(重大风险)');
INSERT INTO gpkg_data_column_constraints VALUES ('risk_points_level', 'enum', 'orange', NULL, NULL, NULL, NULL, '橙(较大风险)');
INSERT INTO gpkg_data_column_constraints VALUES ('risk_points_level', 'enum', 'yellow', NULL, NULL, NULL, NULL, '黄(一般风险)');
INSERT INTO gpkg_data_column_constraints VALUES ('risk_points_level', 'enum', 'blue', NULL, NULL, NULL, NULL, '蓝(低风险)');
INSERT INTO gpkg_data_columns VALUES ('risk_points', 'level', '风险等级', '风险等级', 'Level', NULL, 'risk_points_level');
INSERT INTO gpkg_data_column_constraints VALUES ('risk_points_hazard_class', 'enum', 'general', NULL, NULL, NULL, NULL, '一般');
INSERT INTO gpkg_data_column_constraints VALUES ('risk_points_hazard_class', 'enum', 'major', NULL, NULL, NULL, NULL, '重大');
INSERT INTO gpkg_data_columns VALUES ('risk_points', 'hazard_class', '隐患级别', '隐患级别', 'Hazard class', NULL, 'risk_points_hazard_class');
INSERT INTO gpkg_data_column_constraints VALUES ('risk_points_status', 'enum', 'registered', NULL, NULL, NULL, NULL, '已登记');
INSERT INTO gpkg_data_column_constraints VALUES ('risk_points_status', 'enum', 'assigned', NULL, NULL, NULL, NULL, '已派发');
INSERT INTO gpkg_data_column_constraints VALUES ('risk_points_status', 'enum', 'rectifying', NULL, NULL, NULL, NULL, '整改中');
INSERT INTO gpkg_data_column_constraints VALUES ('risk_points_status', 'enum', 'submitted', NULL, NULL, NULL, NULL, '待复查');
INSERT INTO gpkg_data_column_constraints VALUES ('risk_points_status', 'enum', 'rejected', NULL, NULL, NULL, NULL, '复查不通过');
INSERT INTO gpkg_data_column_constraints VALUES ('risk_points_status', 'enum', 'closed', NULL, NULL, NULL, NULL, '已销号');
INSERT INTO gpkg_data_column_constraints VALUES ('risk_points_status', 'enum', 'controlled', NULL, NULL, NULL, NULL, '管控中');
INSERT INTO gpkg_data_column_constraints VALUES ('risk_points_status', 'enum', 'escalated', NULL, NULL, NULL, NULL, '已上报');
INSERT INTO gpkg_data_column_constraints VALUES ('risk_points_status', 'enum', 'void', NULL, NULL, NULL, NULL, '作废');
INSERT INTO gpkg_data_columns VALUES ('risk_points', 'status', '状态', '状态', 'Status', NULL, 'risk_points_status');
INSERT INTO gpkg_data_columns VALUES ('risk_points', 'description', '隐患描述', '隐患描述', 'Description', NULL, NULL);
INSERT INTO gpkg_data_column_constraints VALUES ('risk_points_found_by', 'enum', 'daily', NULL, NULL, NULL, NULL, '日常巡查');
INSERT INTO gpkg_data_column_constraints VALUES ('risk_points_found_by', 'enum', 'special', NULL, NULL, NULL, NULL, '专项检查');
INSERT INTO gpkg_data_column_constraints VALUES ('risk_points_found_by', 'enum', 'holiday', NULL, NULL, NULL, NULL, '节假日检查');
INSERT INTO gpkg_data_column_constraints VALUES ('risk_points_found_by', 'enum', 'report', NULL, NULL, NULL, NULL, '群众反映');
INSERT INTO gpkg_data_columns VALUES ('risk_points', 'found_by', '发现方式', '发现方式', 'Found by', NULL, 'risk_points_found_by');
INSERT INTO gpkg_data_columns VALUES ('risk_points', 'found', '发现日期', '发现日期', 'Found', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('risk_points', 'deadline', '整改期限', '整改期限', 'Deadline', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('risk_points', 'original_deadline', '原定期限', '原定期限', 'Original deadline', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('risk_points', 'closed_on', '销号日期', '销号日期', 'Closed on', NULL, NULL);
INSERT INTO gpkg_data_column_constraints VALUES ('risk_points_fix_mode', 'enum', 'at_once', NULL, NULL, NULL, NULL, '即查即改');
INSERT INTO gpkg_data_column_constraints VALUES ('risk_points_fix_mode', 'enum', 'by_deadline', NULL, NULL, NULL, NULL, '限期整改');
INSERT INTO gpkg_data_column_constraints VALUES ('risk_points_fix_mode', 'enum', 'long_term', NULL, NULL, NULL, NULL, '长期管控');
INSERT INTO gpkg_data_columns VALUES ('risk_points', 'fix_mode', '整改方式', '整改方式', 'How it is put right', NULL, 'risk_points_fix_mode');
INSERT INTO gpkg_data_columns VALUES ('risk_points', 'responsible_post', '责任岗位', '责任岗位', 'Responsible post', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('risk_points', 'reviewer_post', '复查岗位', '复查岗位', 'Reviewing post', NULL, NULL);
CREATE TRIGGER risk_points_logs_insert AFTER INSERT ON risk_points BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('risk_points', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE risk_points SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program') WHERE id = NEW.id;
END;
CREATE TRIGGER risk_points_logs_update AFTER UPDATE ON risk_points
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'risk_points', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('risk_points', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  UPDATE risk_points SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
CREATE TRIGGER risk_points_logs_delete AFTER DELETE ON risk_points BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('risk_points', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
END;

-- 服务设施
CREATE TABLE facilities (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom GEOMETRY,
  code TEXT NOT NULL,
  name TEXT,
  "grid_code" TEXT,
  "kind" TEXT,
  "address" TEXT,
  "opening" TEXT,
  "capacity" INTEGER,
  "service_radius_m" REAL,
  "operator" TEXT,
  "not_public" BOOLEAN,
  revision INTEGER,
  updated_at DATETIME,
  updated_by TEXT
);
CREATE UNIQUE INDEX facilities_code ON facilities (code);
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES ('facilities', 'features', '服务设施', 'Facilities', 4326);
INSERT INTO gpkg_geometry_columns VALUES ('facilities', 'geom', 'GEOMETRY', 4326, 0, 0);
INSERT INTO gpkg_data_columns VALUES ('facilities', 'code', '编码', '编码', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('facilities', 'name', '名称', '名称', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('facilities', 'revision', '修订号', '修订号', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('facilities', 'updated_at', '更新时间', '更新时间', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('facilities', 'updated_by', '更新人', '更新人', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('facilities', 'grid_code', '所属网格编码', '所属网格编码', 'Grid code', NULL, NULL);
INSERT INTO gpkg_data_column_constraints VALUES ('facilities_kind', 'enum', 'service_station', NULL, NULL, NULL, NULL, '社区服务站');
INSERT INTO gpkg_data_column_constraints VALUES ('facilities_kind', 'enum', 'party_centre', NULL, NULL, NULL, NULL, '党群服务中心');
INSERT INTO gpkg_data_column_constraints VALUES ('facilities_kind', 'enum', 'elderly_care', NULL, NULL, NULL, NULL, '综合养老服务中心');
INSERT INTO gpkg_data_column_constraints VALUES ('facilities_kind', 'enum', 'day_care', NULL, NULL, NULL, NULL, '日间照料中心');
INSERT INTO gpkg_data_column_constraints VALUES ('facilities_kind', 'enum', 'canteen', NULL, NULL, NULL, NULL, '社区食堂/助餐点');
INSERT INTO gpkg_data_column_constraints VALUES ('facilities_kind', 'enum', 'clinic', NULL, NULL, NULL, NULL, '社区卫生服务站');
INSERT INTO gpkg_data_column_constraints VALUES ('facilities_kind', 'enum', 'police_room', NULL, NULL, NULL, NULL, '警务室');
INSERT INTO gpkg_data_column_constraints VALUES ('facilities_kind', 'enum', 'police_post', NULL, NULL, NULL, NULL, '城警驿站');
INSERT INTO gpkg_data_column_constraints VALUES ('facilities_kind', 'enum', 'rescue_station', NULL, NULL, NULL, NULL, '微型消防站/应急救援站');
INSERT INTO gpkg_data_column_constraints VALUES ('facilities_kind', 'enum', 'video_point', NULL, NULL, NULL, NULL, '综治视联网点位');
INSERT INTO gpkg_data_column_constraints VALUES ('facilities_kind', 'enum', 'work_station', NULL, NULL, NULL, NULL, '小区工作站');
INSERT INTO gpkg_data_column_constraints VALUES ('facilities_kind', 'enum', 'joint_defence', NULL, NULL, NULL, NULL, '联防点位');
INSERT INTO gpkg_data_column_constraints VALUES ('facilities_kind', 'enum', 'hydrant', NULL, NULL, NULL, NULL, '消火栓');
INSERT INTO gpkg_data_column_constraints VALUES ('facilities_kind', 'enum', 'shelter', NULL, NULL, NULL, NULL, '避难场所');
INSERT INTO gpkg_data_column_constraints VALUES ('facilities_kind', 'enum', 'kindergarten', NULL, NULL, NULL, NULL, '幼儿园');
INSERT INTO gpkg_data_column_constraints VALUES ('facilities_kind', 'enum', 'nursery', NULL, NULL, NULL, NULL, '托育机构');
INSERT INTO gpkg_data_column_constraints VALUES ('facilities_kind', 'enum', 'primary_school', NULL, NULL, NULL, NULL, '小学');
INSERT INTO gpkg_data_column_constraints VALUES ('facilities_kind', 'enum', 'middle_school', NULL, NULL, NULL, NULL, '中学');
INSERT INTO gpkg_data_column_constraints VALUES ('facilities_kind', 'enum', 'market', NULL, NULL, NULL, NULL, '菜市场');
INSERT INTO gpkg_data_column_constraints VALUES ('facilities_kind', 'enum', 'toilet', NULL, NULL, NULL, NULL, '公厕');
INSERT INTO gpkg_data_column_constraints VALUES ('facilities_kind', 'enum', 'waste_point', NULL, NULL, NULL, NULL, '垃圾收集点');
INSERT INTO gpkg_data_column_constraints VALUES ('facilities_kind', 'enum', 'charging_station', NULL, NULL, NULL, NULL, '充电站');
INSERT INTO gpkg_data_column_constraints VALUES ('facilities_kind', 'enum', 'car_park', NULL, NULL, NULL, NULL, '停车场');
INSERT INTO gpkg_data_column_constraints VALUES ('facilities_kind', 'enum', 'bus_stop', NULL, NULL, NULL, NULL, '公交站');
INSERT INTO gpkg_data_column_constraints VALUES ('facilities_kind', 'enum', 'metro_station', NULL, NULL, NULL, NULL, '地铁站');
INSERT INTO gpkg_data_columns VALUES ('facilities', 'kind', '类别', '类别', 'Kind', NULL, 'facilities_kind');
INSERT INTO gpkg_data_columns VALUES ('facilities', 'address', '地址', '地址', 'Address', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('facilities', 'opening', '开放时间', '开放时间', 'Opening hours', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('facilities', 'capacity', '服务能力', '服务能力', 'Capacity', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('facilities', 'service_radius_m', '服务半径', '服务半径', 'Service radius', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('facilities', 'operator', '运营单位', '运营单位', 'Operator', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('facilities', 'not_public', '不公开', '不公开', 'Not for the public map', NULL, NULL);
CREATE TRIGGER facilities_logs_insert AFTER INSERT ON facilities BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('facilities', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE facilities SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program') WHERE id = NEW.id;
END;
CREATE TRIGGER facilities_logs_update AFTER UPDATE ON facilities
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'facilities', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('facilities', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  UPDATE facilities SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
CREATE TRIGGER facilities_logs_delete AFTER DELETE ON facilities BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('facilities', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
END;

-- 改造项目
CREATE TABLE renovation_projects (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom MULTIPOLYGON,
  code TEXT NOT NULL,
  name TEXT,
  "community_code" TEXT,
  "compound_codes" TEXT,
  "batch" INTEGER,
  "phase" TEXT,
  "content" TEXT,
  "works" TEXT,
  "budget_yuan" INTEGER,
  "household_count" INTEGER,
  "building_count" INTEGER,
  "starts_on" DATE,
  "ends_on" DATE,
  revision INTEGER,
  updated_at DATETIME,
  updated_by TEXT
);
CREATE UNIQUE INDEX renovation_projects_code ON renovation_projects (code);
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES ('renovation_projects', 'features', '改造项目', 'Renovation projects', 4326);
INSERT INTO gpkg_geometry_columns VALUES ('renovation_projects', 'geom', 'MULTIPOLYGON', 4326, 0, 0);
INSERT INTO gpkg_data_columns VALUES ('renovation_projects', 'code', '编码', '编码', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('renovation_projects', 'name', '名称', '名称', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('renovation_projects', 'revision', '修订号', '修订号', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('renovation_projects', 'updated_at', '更新时间', '更新时间', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('renovation_projects', 'updated_by', '更新人', '更新人', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('renovation_projects', 'community_code', '所属社区编码', '所属社区编码', 'Community code', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('renovation_projects', 'compound_codes', '涉及小区编码', '涉及小区编码', 'Compound codes', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('renovation_projects', 'batch', '批次', '批次', 'Batch', NULL, NULL);
INSERT INTO gpkg_data_column_constraints VALUES ('renovation_projects_phase', 'enum', 'survey', NULL, NULL, NULL, NULL, '摸底');
INSERT INTO gpkg_data_column_constraints VALUES ('renovation_projects_phase', 'enum', 'application', NULL, NULL, NULL, NULL, '申报');
INSERT INTO gpkg_data_column_constraints VALUES ('renovation_projects_phase', 'enum', 'consultation', NULL, NULL, NULL, NULL, '征询意愿');
INSERT INTO gpkg_data_column_constraints VALUES ('renovation_projects_phase', 'enum', 'planned', NULL, NULL, NULL, NULL, '纳入计划');
INSERT INTO gpkg_data_column_constraints VALUES ('renovation_projects_phase', 'enum', 'design', NULL, NULL, NULL, NULL, '设计');
INSERT INTO gpkg_data_column_constraints VALUES ('renovation_projects_phase', 'enum', 'tender', NULL, NULL, NULL, NULL, '招标');
INSERT INTO gpkg_data_column_constraints VALUES ('renovation_projects_phase', 'enum', 'works', NULL, NULL, NULL, NULL, '进场施工');
INSERT INTO gpkg_data_column_constraints VALUES ('renovation_projects_phase', 'enum', 'completed', NULL, NULL, NULL, NULL, '完工');
INSERT INTO gpkg_data_column_constraints VALUES ('renovation_projects_phase', 'enum', 'accepted', NULL, NULL, NULL, NULL, '验收');
INSERT INTO gpkg_data_column_constraints VALUES ('renovation_projects_phase', 'enum', 'handed_over', NULL, NULL, NULL, NULL, '移交管理');
INSERT INTO gpkg_data_columns VALUES ('renovation_projects', 'phase', '阶段', '阶段', 'Phase', NULL, 'renovation_projects_phase');
INSERT INTO gpkg_data_column_constraints VALUES ('renovation_projects_content', 'enum', 'basic', NULL, NULL, NULL, NULL, '基础类');
INSERT INTO gpkg_data_column_constraints VALUES ('renovation_projects_content', 'enum', 'improved', NULL, NULL, NULL, NULL, '完善类');
INSERT INTO gpkg_data_column_constraints VALUES ('renovation_projects_content', 'enum', 'upgraded', NULL, NULL, NULL, NULL, '提升类');
INSERT INTO gpkg_data_columns VALUES ('renovation_projects', 'content', '改造内容', '改造内容', 'Content', NULL, 'renovation_projects_content');
INSERT INTO gpkg_data_columns VALUES ('renovation_projects', 'works', '主要工程', '主要工程', 'Works', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('renovation_projects', 'budget_yuan', '预算', '预算', 'Budget', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('renovation_projects', 'household_count', '惠及户数', '惠及户数', 'Households served', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('renovation_projects', 'building_count', '楼栋数', '楼栋数', 'Buildings', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('renovation_projects', 'starts_on', '开工日期', '开工日期', 'Starts', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('renovation_projects', 'ends_on', '计划完工', '计划完工', 'Ends', NULL, NULL);
CREATE TRIGGER renovation_projects_logs_insert AFTER INSERT ON renovation_projects BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('renovation_projects', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE renovation_projects SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program') WHERE id = NEW.id;
END;
CREATE TRIGGER renovation_projects_logs_update AFTER UPDATE ON renovation_projects
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'renovation_projects', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('renovation_projects', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  UPDATE renovation_projects SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
CREATE TRIGGER renovation_projects_logs_delete AFTER DELETE ON renovation_projects BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('renovation_projects', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
END;

-- 检查对象
CREATE TABLE inspection_targets (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom GEOMETRY,
  code TEXT NOT NULL,
  name TEXT,
  "grid_code" TEXT,
  "building_code" TEXT,
  "kind" TEXT,
  "address" TEXT,
  "cycle_days" INTEGER,
  "last_inspected" DATE,
  "next_due" DATE,
  "responsible_post" TEXT,
  revision INTEGER,
  updated_at DATETIME,
  updated_by TEXT
);
CREATE UNIQUE INDEX inspection_targets_code ON inspection_targets (code);
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES ('inspection_targets', 'features', '检查对象', 'Inspection targets', 4326);
INSERT INTO gpkg_geometry_columns VALUES ('inspection_targets', 'geom', 'GEOMETRY', 4326, 0, 0);
INSERT INTO gpkg_data_columns VALUES ('inspection_targets', 'code', '编码', '编码', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('inspection_targets', 'name', '名称', '名称', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('inspection_targets', 'revision', '修订号', '修订号', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('inspection_targets', 'updated_at', '更新时间', '更新时间', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('inspection_targets', 'updated_by', '更新人', '更新人', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('inspection_targets', 'grid_code', '所属网格编码', '所属网格编码', 'Grid code', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('inspection_targets', 'building_code', '所在楼栋编码', '所在楼栋编码', 'Building code', NULL, NULL);
INSERT INTO gpkg_data_column_constraints VALUES ('inspection_targets_kind', 'enum', 'restaurant', NULL, NULL, NULL, NULL, '餐饮场所');
INSERT INTO gpkg_data_column_constraints VALUES ('inspection_targets_kind', 'enum', 'shop', NULL, NULL, NULL, NULL, '沿街商铺');
INSERT INTO gpkg_data_column_constraints VALUES ('inspection_targets_kind', 'enum', 'hotel', NULL, NULL, NULL, NULL, '宾馆民宿');
INSERT INTO gpkg_data_column_constraints VALUES ('inspection_targets_kind', 'enum', 'self_built_house', NULL, NULL, NULL, NULL, '自建房');
INSERT INTO gpkg_data_column_constraints VALUES ('inspection_targets_kind', 'enum', 'gas_station', NULL, NULL, NULL, NULL, '燃气站点');
INSERT INTO gpkg_data_column_constraints VALUES ('inspection_targets_kind', 'enum', 'construction_site', NULL, NULL, NULL, NULL, '建筑工地');
INSERT INTO gpkg_data_column_constraints VALUES ('inspection_targets_kind', 'enum', 'school', NULL, NULL, NULL, NULL, '学校幼儿园');
INSERT INTO gpkg_data_column_constraints VALUES ('inspection_targets_kind', 'enum', 'elderly_home', NULL, NULL, NULL, NULL, '养老机构');
INSERT INTO gpkg_data_column_constraints VALUES ('inspection_targets_kind', 'enum', 'lift', NULL, NULL, NULL, NULL, '电梯');
INSERT INTO gpkg_data_column_constraints VALUES ('inspection_targets_kind', 'enum', 'ebike_shed', NULL, NULL, NULL, NULL, '电动车充电棚');
INSERT INTO gpkg_data_column_constraints VALUES ('inspection_targets_kind', 'enum', 'warehouse', NULL, NULL, NULL, NULL, '仓储加工');
INSERT INTO gpkg_data_column_constraints VALUES ('inspection_targets_kind', 'enum', 'entertainment', NULL, NULL, NULL, NULL, '文化娱乐场所');
INSERT INTO gpkg_data_column_constraints VALUES ('inspection_targets_kind', 'enum', 'waste_point', NULL, NULL, NULL, NULL, '垃圾收集点');
INSERT INTO gpkg_data_columns VALUES ('inspection_targets', 'kind', '类别', '类别', 'Kind', NULL, 'inspection_targets_kind');
INSERT INTO gpkg_data_columns VALUES ('inspection_targets', 'address', '地址', '地址', 'Address', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('inspection_targets', 'cycle_days', '检查周期', '检查周期', 'Cycle', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('inspection_targets', 'last_inspected', '上次检查', '上次检查', 'Last inspected', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('inspection_targets', 'next_due', '下次应查', '下次应查', 'Next due', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('inspection_targets', 'responsible_post', '责任岗位', '责任岗位', 'Responsible post', NULL, NULL);
CREATE TRIGGER inspection_targets_logs_insert AFTER INSERT ON inspection_targets BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('inspection_targets', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE inspection_targets SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program') WHERE id = NEW.id;
END;
CREATE TRIGGER inspection_targets_logs_update AFTER UPDATE ON inspection_targets
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'inspection_targets', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('inspection_targets', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  UPDATE inspection_targets SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
CREATE TRIGGER inspection_targets_logs_delete AFTER DELETE ON inspection_targets BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('inspection_targets', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
END;

-- 案件
CREATE TABLE cases (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom POINT,
  code TEXT NOT NULL,
  name TEXT,
  "grid_code" TEXT,
  "kind" TEXT,
  "source" TEXT,
  "status" TEXT,
  "address" TEXT,
  "description" TEXT,
  "on_the_spot" BOOLEAN,
  "reported_at" DATETIME,
  "deadline" DATETIME,
  "closed_at" DATETIME,
  "responsible_post" TEXT,
  "verifier_post" TEXT,
  revision INTEGER,
  updated_at DATETIME,
  updated_by TEXT
);
CREATE UNIQUE INDEX cases_code ON cases (code);
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES ('cases', 'features', '案件', 'Cases', 4326);
INSERT INTO gpkg_geometry_columns VALUES ('cases', 'geom', 'POINT', 4326, 0, 0);
INSERT INTO gpkg_data_columns VALUES ('cases', 'code', '编码', '编码', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('cases', 'name', '名称', '名称', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('cases', 'revision', '修订号', '修订号', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('cases', 'updated_at', '更新时间', '更新时间', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('cases', 'updated_by', '更新人', '更新人', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('cases', 'grid_code', '所属网格编码', '所属网格编码', 'Grid code', NULL, NULL);
INSERT INTO gpkg_data_column_constraints VALUES ('cases_kind', 'enum', 'environment', NULL, NULL, NULL, NULL, '市容环境');
INSERT INTO gpkg_data_column_constraints VALUES ('cases_kind', 'enum', 'advertising', NULL, NULL, NULL, NULL, '宣传广告');
INSERT INTO gpkg_data_column_constraints VALUES ('cases_kind', 'enum', 'construction', NULL, NULL, NULL, NULL, '施工管理');
INSERT INTO gpkg_data_column_constraints VALUES ('cases_kind', 'enum', 'emergency', NULL, NULL, NULL, NULL, '突发事件');
INSERT INTO gpkg_data_column_constraints VALUES ('cases_kind', 'enum', 'street_order', NULL, NULL, NULL, NULL, '街面秩序');
INSERT INTO gpkg_data_column_constraints VALUES ('cases_kind', 'enum', 'public_facility', NULL, NULL, NULL, NULL, '公用设施');
INSERT INTO gpkg_data_column_constraints VALUES ('cases_kind', 'enum', 'transport_facility', NULL, NULL, NULL, NULL, '交通设施');
INSERT INTO gpkg_data_column_constraints VALUES ('cases_kind', 'enum', 'greening', NULL, NULL, NULL, NULL, '园林绿化');
INSERT INTO gpkg_data_columns VALUES ('cases', 'kind', '案件类别', '案件类别', 'Kind', NULL, 'cases_kind');
INSERT INTO gpkg_data_column_constraints VALUES ('cases_source', 'enum', 'patrol', NULL, NULL, NULL, NULL, '环保巡查');
INSERT INTO gpkg_data_column_constraints VALUES ('cases_source', 'enum', 'grid', NULL, NULL, NULL, NULL, '网格上报');
INSERT INTO gpkg_data_column_constraints VALUES ('cases_source', 'enum', 'hotline', NULL, NULL, NULL, NULL, '12345热线');
INSERT INTO gpkg_data_column_constraints VALUES ('cases_source', 'enum', 'resident', NULL, NULL, NULL, NULL, '群众反映');
INSERT INTO gpkg_data_columns VALUES ('cases', 'source', '来源', '来源', 'Source', NULL, 'cases_source');
INSERT INTO gpkg_data_column_constraints VALUES ('cases_status', 'enum', 'accepted', NULL, NULL, NULL, NULL, '受理');
INSERT INTO gpkg_data_column_constraints VALUES ('cases_status', 'enum', 'filed', NULL, NULL, NULL, NULL, '立案');
INSERT INTO gpkg_data_column_constraints VALUES ('cases_status', 'enum', 'dispatched', NULL, NULL, NULL, NULL, '派遣');
INSERT INTO gpkg_data_column_constraints VALUES ('cases_status', 'enum', 'handling', NULL, NULL, NULL, NULL, '处置');
INSERT INTO gpkg_data_column_constraints VALUES ('cases_status', 'enum', 'verifying', NULL, NULL, NULL, NULL, '核查');
INSERT INTO gpkg_data_column_constraints VALUES ('cases_status', 'enum', 'closed', NULL, NULL, NULL, NULL, '结案');
INSERT INTO gpkg_data_columns VALUES ('cases', 'status', '状态', '状态', 'Status', NULL, 'cases_status');
INSERT INTO gpkg_data_columns VALUES ('cases', 'address', '地址', '地址', 'Address', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('cases', 'description', '问题描述', '问题描述', 'Description', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('cases', 'on_the_spot', '当场处理', '当场处理', 'Handled on the spot', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('cases', 'reported_at', '上报时间', '上报时间', 'Reported', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('cases', 'deadline', '处置时限', '处置时限', 'Deadline', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('cases', 'closed_at', '结案时间', '结案时间', 'Closed', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('cases', 'responsible_post', '责任岗位', '责任岗位', 'Responsible post', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('cases', 'verifier_post', '核查岗位', '核查岗位', 'Verifying post', NULL, NULL);
CREATE TRIGGER cases_logs_insert AFTER INSERT ON cases BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('cases', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE cases SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program') WHERE id = NEW.id;
END;
CREATE TRIGGER cases_logs_update AFTER UPDATE ON cases
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'cases', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('cases', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  UPDATE cases SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
CREATE TRIGGER cases_logs_delete AFTER DELETE ON cases BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('cases', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
END;

-- 责任岗位
CREATE TABLE posts (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  code TEXT NOT NULL,
  name TEXT,
  "level" TEXT,
  "target_code" TEXT,
  "title" TEXT,
  "holder" TEXT,
  "phone" TEXT,
  "duties" TEXT,
  revision INTEGER,
  updated_at DATETIME,
  updated_by TEXT
);
CREATE UNIQUE INDEX posts_code ON posts (code);
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES ('posts', 'attributes', '责任岗位', 'Posts', NULL);
INSERT INTO gpkg_data_columns VALUES ('posts', 'code', '编码', '编码', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('posts', 'name', '名称', '名称', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('posts', 'revision', '修订号', '修订号', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('posts', 'updated_at', '更新时间', '更新时间', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('posts', 'updated_by', '更新人', '更新人', NULL, NULL, NULL);
INSERT INTO gpkg_data_column_constraints VALUES ('posts_level', 'enum', 'subdistrict', NULL, NULL, NULL, NULL, '街道');
INSERT INTO gpkg_data_column_constraints VALUES ('posts_level', 'enum', 'community', NULL, NULL, NULL, NULL, '社区');
INSERT INTO gpkg_data_column_constraints VALUES ('posts_level', 'enum', 'grid', NULL, NULL, NULL, NULL, '网格');
INSERT INTO gpkg_data_column_constraints VALUES ('posts_level', 'enum', 'compound', NULL, NULL, NULL, NULL, '小区');
INSERT INTO gpkg_data_column_constraints VALUES ('posts_level', 'enum', 'building', NULL, NULL, NULL, NULL, '楼栋');
INSERT INTO gpkg_data_column_constraints VALUES ('posts_level', 'enum', 'entrance', NULL, NULL, NULL, NULL, '单元');
INSERT INTO gpkg_data_columns VALUES ('posts', 'level', '层级', '层级', 'Level', NULL, 'posts_level');
INSERT INTO gpkg_data_columns VALUES ('posts', 'target_code', '负责区域编码', '负责区域编码', 'Code of the place', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('posts', 'title', '岗位', '岗位', 'Title', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('posts', 'holder', '任职人', '任职人', 'Holder', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('posts', 'phone', '办公电话', '办公电话', 'Office telephone', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('posts', 'duties', '职责', '职责', 'Duties', NULL, NULL);
CREATE TRIGGER posts_logs_insert AFTER INSERT ON posts BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('posts', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE posts SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program') WHERE id = NEW.id;
END;
CREATE TRIGGER posts_logs_update AFTER UPDATE ON posts
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'posts', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('posts', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  UPDATE posts SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
CREATE TRIGGER posts_logs_delete AFTER DELETE ON posts BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('posts', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
END;

-- 检查记录
CREATE TABLE inspections (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  code TEXT NOT NULL,
  name TEXT,
  "target_code" TEXT,
  "visited_at" DATETIME,
  "outcome" TEXT,
  "post_code" TEXT,
  "risk_point_code" TEXT,
  "note" TEXT,
  revision INTEGER,
  updated_at DATETIME,
  updated_by TEXT
);
CREATE UNIQUE INDEX inspections_code ON inspections (code);
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES ('inspections', 'attributes', '检查记录', 'Inspections', NULL);
INSERT INTO gpkg_data_columns VALUES ('inspections', 'code', '编码', '编码', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('inspections', 'name', '名称', '名称', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('inspections', 'revision', '修订号', '修订号', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('inspections', 'updated_at', '更新时间', '更新时间', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('inspections', 'updated_by', '更新人', '更新人', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('inspections', 'target_code', '检查对象编码', '检查对象编码', 'Target code', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('inspections', 'visited_at', '检查时间', '检查时间', 'Visited', NULL, NULL);
INSERT INTO gpkg_data_column_constraints VALUES ('inspections_outcome', 'enum', 'passed', NULL, NULL, NULL, NULL, '合格');
INSERT INTO gpkg_data_column_constraints VALUES ('inspections_outcome', 'enum', 'hazard_found', NULL, NULL, NULL, NULL, '发现隐患');
INSERT INTO gpkg_data_column_constraints VALUES ('inspections_outcome', 'enum', 'put_right', NULL, NULL, NULL, NULL, '当场整改');
INSERT INTO gpkg_data_column_constraints VALUES ('inspections_outcome', 'enum', 'not_open', NULL, NULL, NULL, NULL, '未营业');
INSERT INTO gpkg_data_columns VALUES ('inspections', 'outcome', '结果', '结果', 'Outcome', NULL, 'inspections_outcome');
INSERT INTO gpkg_data_columns VALUES ('inspections', 'post_code', '检查岗位', '检查岗位', 'Post', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('inspections', 'risk_point_code', '隐患编号', '隐患编号', 'Risk point code', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('inspections', 'note', '备注', '备注', 'Note', NULL, NULL);
CREATE TRIGGER inspections_logs_insert AFTER INSERT ON inspections BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('inspections', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE inspections SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program') WHERE id = NEW.id;
END;
CREATE TRIGGER inspections_logs_update AFTER UPDATE ON inspections
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'inspections', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('inspections', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  UPDATE inspections SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
CREATE TRIGGER inspections_logs_delete AFTER DELETE ON inspections BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('inspections', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
END;

-- 流转记录
CREATE TABLE transitions (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  code TEXT NOT NULL,
  name TEXT,
  "layer" TEXT,
  "feature_code" TEXT,
  "from_status" TEXT,
  "to_status" TEXT,
  "at" DATETIME,
  "post_code" TEXT,
  "note" TEXT,
  revision INTEGER,
  updated_at DATETIME,
  updated_by TEXT
);
CREATE UNIQUE INDEX transitions_code ON transitions (code);
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES ('transitions', 'attributes', '流转记录', 'Transitions', NULL);
INSERT INTO gpkg_data_columns VALUES ('transitions', 'code', '编码', '编码', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('transitions', 'name', '名称', '名称', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('transitions', 'revision', '修订号', '修订号', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('transitions', 'updated_at', '更新时间', '更新时间', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('transitions', 'updated_by', '更新人', '更新人', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('transitions', 'layer', '图层', '图层', 'Layer', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('transitions', 'feature_code', '对象编号', '对象编号', 'Feature code', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('transitions', 'from_status', '原状态', '原状态', 'From', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('transitions', 'to_status', '新状态', '新状态', 'To', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('transitions', 'at', '时间', '时间', 'At', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('transitions', 'post_code', '经办岗位', '经办岗位', 'Post', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('transitions', 'note', '说明', '说明', 'Note', NULL, NULL);
CREATE TRIGGER transitions_logs_insert AFTER INSERT ON transitions BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('transitions', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE transitions SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program') WHERE id = NEW.id;
END;
CREATE TRIGGER transitions_logs_update AFTER UPDATE ON transitions
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'transitions', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('transitions', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  UPDATE transitions SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
CREATE TRIGGER transitions_logs_delete AFTER DELETE ON transitions BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('transitions', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
END;

-- 道路
CREATE TABLE roads (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom MULTILINESTRING,
  code TEXT NOT NULL,
  name TEXT,
  "class" TEXT,
  "width_m" REAL,
  "source_class" TEXT,
  revision INTEGER,
  updated_at DATETIME,
  updated_by TEXT
);
CREATE UNIQUE INDEX roads_code ON roads (code);
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES ('roads', 'features', '道路', 'Roads', 4326);
INSERT INTO gpkg_geometry_columns VALUES ('roads', 'geom', 'MULTILINESTRING', 4326, 0, 0);
INSERT INTO gpkg_data_columns VALUES ('roads', 'code', '编码', '编码', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('roads', 'name', '名称', '名称', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('roads', 'revision', '修订号', '修订号', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('roads', 'updated_at', '更新时间', '更新时间', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('roads', 'updated_by', '更新人', '更新人', NULL, NULL, NULL);
INSERT INTO gpkg_data_column_constraints VALUES ('roads_class', 'enum', 'arterial', NULL, NULL, NULL, NULL, '主干路');
INSERT INTO gpkg_data_column_constraints VALUES ('roads_class', 'enum', 'secondary', NULL, NULL, NULL, NULL, '次干路');
INSERT INTO gpkg_data_column_constraints VALUES ('roads_class', 'enum', 'street', NULL, NULL, NULL, NULL, '支路');
INSERT INTO gpkg_data_column_constraints VALUES ('roads_class', 'enum', 'lane', NULL, NULL, NULL, NULL, '巷道');
INSERT INTO gpkg_data_column_constraints VALUES ('roads_class', 'enum', 'path', NULL, NULL, NULL, NULL, '小区路');
INSERT INTO gpkg_data_column_constraints VALUES ('roads_class', 'enum', 'rail', NULL, NULL, NULL, NULL, '轨道');
INSERT INTO gpkg_data_columns VALUES ('roads', 'class', '等级', '等级', 'Class', NULL, 'roads_class');
INSERT INTO gpkg_data_columns VALUES ('roads', 'width_m', '宽度', '宽度', 'Width', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('roads', 'source_class', '原等级', '原等级', 'Class in the source', NULL, NULL);
CREATE TRIGGER roads_logs_insert AFTER INSERT ON roads BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('roads', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE roads SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program') WHERE id = NEW.id;
END;
CREATE TRIGGER roads_logs_update AFTER UPDATE ON roads
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'roads', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('roads', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  UPDATE roads SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
CREATE TRIGGER roads_logs_delete AFTER DELETE ON roads BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('roads', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
END;

-- 水系
CREATE TABLE water (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom MULTIPOLYGON,
  code TEXT NOT NULL,
  name TEXT,
  "kind" TEXT,
  revision INTEGER,
  updated_at DATETIME,
  updated_by TEXT
);
CREATE UNIQUE INDEX water_code ON water (code);
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES ('water', 'features', '水系', 'Water', 4326);
INSERT INTO gpkg_geometry_columns VALUES ('water', 'geom', 'MULTIPOLYGON', 4326, 0, 0);
INSERT INTO gpkg_data_columns VALUES ('water', 'code', '编码', '编码', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('water', 'name', '名称', '名称', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('water', 'revision', '修订号', '修订号', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('water', 'updated_at', '更新时间', '更新时间', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('water', 'updated_by', '更新人', '更新人', NULL, NULL, NULL);
INSERT INTO gpkg_data_column_constraints VALUES ('water_kind', 'enum', 'river', NULL, NULL, NULL, NULL, '河渠');
INSERT INTO gpkg_data_column_constraints VALUES ('water_kind', 'enum', 'lake', NULL, NULL, NULL, NULL, '湖');
INSERT INTO gpkg_data_column_constraints VALUES ('water_kind', 'enum', 'pond', NULL, NULL, NULL, NULL, '池塘');
INSERT INTO gpkg_data_columns VALUES ('water', 'kind', '类别', '类别', 'Kind', NULL, 'water_kind');
CREATE TRIGGER water_logs_insert AFTER INSERT ON water BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('water', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE water SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program') WHERE id = NEW.id;
END;
CREATE TRIGGER water_logs_update AFTER UPDATE ON water
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'water', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('water', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  UPDATE water SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
CREATE TRIGGER water_logs_delete AFTER DELETE ON water BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('water', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
END;

-- 用地
CREATE TABLE land_use (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom MULTIPOLYGON,
  code TEXT NOT NULL,
  name TEXT,
  "kind" TEXT,
  "source_kind" TEXT,
  revision INTEGER,
  updated_at DATETIME,
  updated_by TEXT
);
CREATE UNIQUE INDEX land_use_code ON land_use (code);
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES ('land_use', 'features', '用地', 'Land use', 4326);
INSERT INTO gpkg_geometry_columns VALUES ('land_use', 'geom', 'MULTIPOLYGON', 4326, 0, 0);
INSERT INTO gpkg_data_columns VALUES ('land_use', 'code', '编码', '编码', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('land_use', 'name', '名称', '名称', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('land_use', 'revision', '修订号', '修订号', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('land_use', 'updated_at', '更新时间', '更新时间', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('land_use', 'updated_by', '更新人', '更新人', NULL, NULL, NULL);
INSERT INTO gpkg_data_column_constraints VALUES ('land_use_kind', 'enum', 'park', NULL, NULL, NULL, NULL, '公园');
INSERT INTO gpkg_data_column_constraints VALUES ('land_use_kind', 'enum', 'green', NULL, NULL, NULL, NULL, '绿地');
INSERT INTO gpkg_data_column_constraints VALUES ('land_use_kind', 'enum', 'block', NULL, NULL, NULL, NULL, '街区');
INSERT INTO gpkg_data_column_constraints VALUES ('land_use_kind', 'enum', 'residential', NULL, NULL, NULL, NULL, '居住用地');
INSERT INTO gpkg_data_column_constraints VALUES ('land_use_kind', 'enum', 'commercial', NULL, NULL, NULL, NULL, '商业用地');
INSERT INTO gpkg_data_column_constraints VALUES ('land_use_kind', 'enum', 'campus', NULL, NULL, NULL, NULL, '校园');
INSERT INTO gpkg_data_column_constraints VALUES ('land_use_kind', 'enum', 'medical', NULL, NULL, NULL, NULL, '医疗用地');
INSERT INTO gpkg_data_column_constraints VALUES ('land_use_kind', 'enum', 'industrial', NULL, NULL, NULL, NULL, '工业用地');
INSERT INTO gpkg_data_column_constraints VALUES ('land_use_kind', 'enum', 'plaza', NULL, NULL, NULL, NULL, '广场');
INSERT INTO gpkg_data_column_constraints VALUES ('land_use_kind', 'enum', 'sports', NULL, NULL, NULL, NULL, '运动场地');
INSERT INTO gpkg_data_column_constraints VALUES ('land_use_kind', 'enum', 'parking', NULL, NULL, NULL, NULL, '停车场');
INSERT INTO gpkg_data_column_constraints VALUES ('land_use_kind', 'enum', 'other', NULL, NULL, NULL, NULL, '其他');
INSERT INTO gpkg_data_columns VALUES ('land_use', 'kind', '类别', '类别', 'Kind', NULL, 'land_use_kind');
INSERT INTO gpkg_data_columns VALUES ('land_use', 'source_kind', '原类别', '原类别', 'Kind in the source', NULL, NULL);
CREATE TRIGGER land_use_logs_insert AFTER INSERT ON land_use BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('land_use', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE land_use SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program') WHERE id = NEW.id;
END;
CREATE TRIGGER land_use_logs_update AFTER UPDATE ON land_use
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'land_use', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('land_use', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  UPDATE land_use SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
CREATE TRIGGER land_use_logs_delete AFTER DELETE ON land_use BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('land_use', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
END;
