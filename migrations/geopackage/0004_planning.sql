-- What the planning of renovations asks for: facts of compounds, floor areas of facilities, planned roads, the gates of compounds and
-- floor space that stands empty.

-- 小区
ALTER TABLE compounds ADD COLUMN "aged60_ratio" REAL;
ALTER TABLE compounds_history ADD COLUMN "aged60_ratio" REAL;
ALTER TABLE compounds ADD COLUMN "floor_area_m2" REAL;
ALTER TABLE compounds_history ADD COLUMN "floor_area_m2" REAL;
ALTER TABLE compounds ADD COLUMN "committee" TEXT;
ALTER TABLE compounds_history ADD COLUMN "committee" TEXT;
ALTER TABLE compounds ADD COLUMN "own_funds_yuan" INTEGER;
ALTER TABLE compounds_history ADD COLUMN "own_funds_yuan" INTEGER;
ALTER TABLE compounds ADD COLUMN "long_term_plan" BOOLEAN;
ALTER TABLE compounds_history ADD COLUMN "long_term_plan" BOOLEAN;
INSERT INTO gpkg_data_columns VALUES ('compounds', 'aged60_ratio', '60岁及以上人口占比', '60岁及以上人口占比', 'Share of residents aged 60 and over', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('compounds', 'floor_area_m2', '建筑面积', '建筑面积', 'Floor area', NULL, NULL);
INSERT INTO gpkg_data_column_constraints VALUES ('compounds_committee', 'enum', 'owners', NULL, NULL, NULL, NULL, '业主委员会');
INSERT INTO gpkg_data_column_constraints VALUES ('compounds_committee', 'enum', 'residents', NULL, NULL, NULL, NULL, '居民自管小组');
INSERT INTO gpkg_data_column_constraints VALUES ('compounds_committee', 'enum', 'none', NULL, NULL, NULL, NULL, '无');
INSERT INTO gpkg_data_columns VALUES ('compounds', 'committee', '业主组织', '业主组织', 'Residents'' organisation', NULL, 'compounds_committee');
INSERT INTO gpkg_data_columns VALUES ('compounds', 'own_funds_yuan', '居民自筹资金', '居民自筹资金', 'Residents'' own funds', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('compounds', 'long_term_plan', '长效管护方案', '长效管护方案', 'Plan for later upkeep', NULL, NULL);
DROP TRIGGER compounds_logs_update;
CREATE TRIGGER compounds_logs_update AFTER UPDATE ON compounds
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'compounds', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO compounds_history (id, geom, code, name, "grid_code", "kind", "address", "built_year", "property_management", "property_company", "has_work_station", "building_count", "entrance_count", "household_count", "resident_count", "parking_count", "charger_count", "damaged_pipe_systems", "damaged_envelope_ratio", "uninsulated_ratio", "activity_space_m2", "barrier_free", "smart_security", "consent_ratio", "aliases", "aged60_ratio", "floor_area_m2", "committee", "own_funds_yuan", "long_term_plan", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."grid_code", OLD."kind", OLD."address", OLD."built_year", OLD."property_management", OLD."property_company", OLD."has_work_station", OLD."building_count", OLD."entrance_count", OLD."household_count", OLD."resident_count", OLD."parking_count", OLD."charger_count", OLD."damaged_pipe_systems", OLD."damaged_envelope_ratio", OLD."uninsulated_ratio", OLD."activity_space_m2", OLD."barrier_free", OLD."smart_security", OLD."consent_ratio", OLD."aliases", OLD."aged60_ratio", OLD."floor_area_m2", OLD."committee", OLD."own_funds_yuan", OLD."long_term_plan", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('compounds', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  INSERT INTO compounds_history (id, geom, code, name, "grid_code", "kind", "address", "built_year", "property_management", "property_company", "has_work_station", "building_count", "entrance_count", "household_count", "resident_count", "parking_count", "charger_count", "damaged_pipe_systems", "damaged_envelope_ratio", "uninsulated_ratio", "activity_space_m2", "barrier_free", "smart_security", "consent_ratio", "aliases", "aged60_ratio", "floor_area_m2", "committee", "own_funds_yuan", "long_term_plan", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."grid_code", OLD."kind", OLD."address", OLD."built_year", OLD."property_management", OLD."property_company", OLD."has_work_station", OLD."building_count", OLD."entrance_count", OLD."household_count", OLD."resident_count", OLD."parking_count", OLD."charger_count", OLD."damaged_pipe_systems", OLD."damaged_envelope_ratio", OLD."uninsulated_ratio", OLD."activity_space_m2", OLD."barrier_free", OLD."smart_security", OLD."consent_ratio", OLD."aliases", OLD."aged60_ratio", OLD."floor_area_m2", OLD."committee", OLD."own_funds_yuan", OLD."long_term_plan", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id = NEW.id;
  UPDATE compounds SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
DROP TRIGGER compounds_logs_delete;
CREATE TRIGGER compounds_logs_delete AFTER DELETE ON compounds BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('compounds', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
  INSERT INTO compounds_history (id, geom, code, name, "grid_code", "kind", "address", "built_year", "property_management", "property_company", "has_work_station", "building_count", "entrance_count", "household_count", "resident_count", "parking_count", "charger_count", "damaged_pipe_systems", "damaged_envelope_ratio", "uninsulated_ratio", "activity_space_m2", "barrier_free", "smart_security", "consent_ratio", "aliases", "aged60_ratio", "floor_area_m2", "committee", "own_funds_yuan", "long_term_plan", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."grid_code", OLD."kind", OLD."address", OLD."built_year", OLD."property_management", OLD."property_company", OLD."has_work_station", OLD."building_count", OLD."entrance_count", OLD."household_count", OLD."resident_count", OLD."parking_count", OLD."charger_count", OLD."damaged_pipe_systems", OLD."damaged_envelope_ratio", OLD."uninsulated_ratio", OLD."activity_space_m2", OLD."barrier_free", OLD."smart_security", OLD."consent_ratio", OLD."aliases", OLD."aged60_ratio", OLD."floor_area_m2", OLD."committee", OLD."own_funds_yuan", OLD."long_term_plan", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change);
END;

-- 服务设施
ALTER TABLE facilities ADD COLUMN "floor_area_m2" REAL;
ALTER TABLE facilities_history ADD COLUMN "floor_area_m2" REAL;
INSERT INTO gpkg_data_columns VALUES ('facilities', 'floor_area_m2', '建筑面积', '建筑面积', 'Floor area', NULL, NULL);
DROP TRIGGER facilities_logs_update;
CREATE TRIGGER facilities_logs_update AFTER UPDATE ON facilities
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'facilities', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO facilities_history (id, geom, code, name, "grid_code", "kind", "address", "opening", "capacity", "service_radius_m", "operator", "not_public", "floor_area_m2", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."grid_code", OLD."kind", OLD."address", OLD."opening", OLD."capacity", OLD."service_radius_m", OLD."operator", OLD."not_public", OLD."floor_area_m2", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('facilities', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  INSERT INTO facilities_history (id, geom, code, name, "grid_code", "kind", "address", "opening", "capacity", "service_radius_m", "operator", "not_public", "floor_area_m2", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."grid_code", OLD."kind", OLD."address", OLD."opening", OLD."capacity", OLD."service_radius_m", OLD."operator", OLD."not_public", OLD."floor_area_m2", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id = NEW.id;
  UPDATE facilities SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
DROP TRIGGER facilities_logs_delete;
CREATE TRIGGER facilities_logs_delete AFTER DELETE ON facilities BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('facilities', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
  INSERT INTO facilities_history (id, geom, code, name, "grid_code", "kind", "address", "opening", "capacity", "service_radius_m", "operator", "not_public", "floor_area_m2", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."grid_code", OLD."kind", OLD."address", OLD."opening", OLD."capacity", OLD."service_radius_m", OLD."operator", OLD."not_public", OLD."floor_area_m2", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change);
END;

-- 道路
ALTER TABLE roads ADD COLUMN "state" TEXT;
ALTER TABLE roads_history ADD COLUMN "state" TEXT;
INSERT INTO gpkg_data_column_constraints VALUES ('roads_state', 'enum', 'existing', NULL, NULL, NULL, NULL, '现状');
INSERT INTO gpkg_data_column_constraints VALUES ('roads_state', 'enum', 'under_construction', NULL, NULL, NULL, NULL, '在建');
INSERT INTO gpkg_data_column_constraints VALUES ('roads_state', 'enum', 'planned', NULL, NULL, NULL, NULL, '规划');
INSERT INTO gpkg_data_columns VALUES ('roads', 'state', '建设状态', '建设状态', 'State', NULL, 'roads_state');
DROP TRIGGER roads_logs_update;
CREATE TRIGGER roads_logs_update AFTER UPDATE ON roads
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'roads', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO roads_history (id, geom, code, name, "class", "width_m", "source_class", "state", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."class", OLD."width_m", OLD."source_class", OLD."state", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('roads', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  INSERT INTO roads_history (id, geom, code, name, "class", "width_m", "source_class", "state", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."class", OLD."width_m", OLD."source_class", OLD."state", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id = NEW.id;
  UPDATE roads SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
DROP TRIGGER roads_logs_delete;
CREATE TRIGGER roads_logs_delete AFTER DELETE ON roads BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('roads', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
  INSERT INTO roads_history (id, geom, code, name, "class", "width_m", "source_class", "state", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."class", OLD."width_m", OLD."source_class", OLD."state", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change);
END;

-- 出入口
CREATE TABLE gates (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom POINT,
  code TEXT NOT NULL,
  name TEXT,
  "compound_code" TEXT,
  "kind" TEXT,
  "opening" TEXT,
  "width_m" REAL,
  "barrier_free" BOOLEAN,
  revision INTEGER,
  updated_at DATETIME,
  updated_by TEXT
);
CREATE UNIQUE INDEX gates_code ON gates (code);
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES ('gates', 'features', '出入口', 'Gates', 4326);
INSERT INTO gpkg_geometry_columns VALUES ('gates', 'geom', 'POINT', 4326, 0, 0);
INSERT INTO gpkg_data_columns VALUES ('gates', 'code', '编码', '编码', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('gates', 'name', '名称', '名称', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('gates', 'revision', '修订号', '修订号', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('gates', 'updated_at', '更新时间', '更新时间', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('gates', 'updated_by', '更新人', '更新人', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('gates', 'compound_code', '所属小区编码', '所属小区编码', 'Compound code', NULL, NULL);
INSERT INTO gpkg_data_column_constraints VALUES ('gates_kind', 'enum', 'shared', NULL, NULL, NULL, NULL, '人车共用');
INSERT INTO gpkg_data_column_constraints VALUES ('gates_kind', 'enum', 'pedestrian', NULL, NULL, NULL, NULL, '仅行人');
INSERT INTO gpkg_data_column_constraints VALUES ('gates_kind', 'enum', 'vehicle', NULL, NULL, NULL, NULL, '仅车辆');
INSERT INTO gpkg_data_column_constraints VALUES ('gates_kind', 'enum', 'emergency', NULL, NULL, NULL, NULL, '应急通道');
INSERT INTO gpkg_data_columns VALUES ('gates', 'kind', '通行类型', '通行类型', 'For whom', NULL, 'gates_kind');
INSERT INTO gpkg_data_columns VALUES ('gates', 'opening', '开放时间', '开放时间', 'Opening hours', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('gates', 'width_m', '净宽', '净宽', 'Clear width', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('gates', 'barrier_free', '无障碍通行', '无障碍通行', 'Barrier-free', NULL, NULL);
CREATE TABLE gates_history (
  id INTEGER NOT NULL,
  geom BLOB,
  code TEXT NOT NULL,
  name TEXT,
  "compound_code" TEXT,
  "kind" TEXT,
  "opening" TEXT,
  "width_m" REAL,
  "barrier_free" BOOLEAN,
  revision INTEGER,
  updated_at DATETIME,
  updated_by TEXT,
  until INTEGER NOT NULL
);
CREATE INDEX gates_history_id ON gates_history (id);
CREATE TRIGGER gates_logs_insert AFTER INSERT ON gates BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('gates', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE gates SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program')
  WHERE id = NEW.id AND (NEW.revision IS NOT (SELECT max(seq) FROM minqing_change)
    OR NEW.updated_at IS NULL OR NEW.updated_by IS NULL);
END;
CREATE TRIGGER gates_logs_update AFTER UPDATE ON gates
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'gates', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO gates_history (id, geom, code, name, "compound_code", "kind", "opening", "width_m", "barrier_free", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."compound_code", OLD."kind", OLD."opening", OLD."width_m", OLD."barrier_free", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('gates', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  INSERT INTO gates_history (id, geom, code, name, "compound_code", "kind", "opening", "width_m", "barrier_free", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."compound_code", OLD."kind", OLD."opening", OLD."width_m", OLD."barrier_free", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id = NEW.id;
  UPDATE gates SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
CREATE TRIGGER gates_logs_delete AFTER DELETE ON gates BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('gates', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
  INSERT INTO gates_history (id, geom, code, name, "compound_code", "kind", "opening", "width_m", "barrier_free", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."compound_code", OLD."kind", OLD."opening", OLD."width_m", OLD."barrier_free", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change);
END;

-- 闲置空间
CREATE TABLE vacant_spaces (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom POINT,
  code TEXT NOT NULL,
  name TEXT,
  "building_code" TEXT,
  "address" TEXT,
  "floor" INTEGER,
  "floor_area_m2" REAL,
  "former_use" TEXT,
  "owner_unit" TEXT,
  "vacant_since" DATE,
  revision INTEGER,
  updated_at DATETIME,
  updated_by TEXT
);
CREATE UNIQUE INDEX vacant_spaces_code ON vacant_spaces (code);
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES ('vacant_spaces', 'features', '闲置空间', 'Vacant spaces', 4326);
INSERT INTO gpkg_geometry_columns VALUES ('vacant_spaces', 'geom', 'POINT', 4326, 0, 0);
INSERT INTO gpkg_data_columns VALUES ('vacant_spaces', 'code', '编码', '编码', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('vacant_spaces', 'name', '名称', '名称', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('vacant_spaces', 'revision', '修订号', '修订号', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('vacant_spaces', 'updated_at', '更新时间', '更新时间', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('vacant_spaces', 'updated_by', '更新人', '更新人', NULL, NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('vacant_spaces', 'building_code', '所属楼栋编码', '所属楼栋编码', 'Building code', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('vacant_spaces', 'address', '地址', '地址', 'Address', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('vacant_spaces', 'floor', '楼层', '楼层', 'Floor', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('vacant_spaces', 'floor_area_m2', '建筑面积', '建筑面积', 'Floor area', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('vacant_spaces', 'former_use', '原用途', '原用途', 'Former use', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('vacant_spaces', 'owner_unit', '产权单位', '产权单位', 'Owning organisation', NULL, NULL);
INSERT INTO gpkg_data_columns VALUES ('vacant_spaces', 'vacant_since', '闲置起始日期', '闲置起始日期', 'Vacant since', NULL, NULL);
CREATE TABLE vacant_spaces_history (
  id INTEGER NOT NULL,
  geom BLOB,
  code TEXT NOT NULL,
  name TEXT,
  "building_code" TEXT,
  "address" TEXT,
  "floor" INTEGER,
  "floor_area_m2" REAL,
  "former_use" TEXT,
  "owner_unit" TEXT,
  "vacant_since" DATE,
  revision INTEGER,
  updated_at DATETIME,
  updated_by TEXT,
  until INTEGER NOT NULL
);
CREATE INDEX vacant_spaces_history_id ON vacant_spaces_history (id);
CREATE TRIGGER vacant_spaces_logs_insert AFTER INSERT ON vacant_spaces BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('vacant_spaces', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE vacant_spaces SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program')
  WHERE id = NEW.id AND (NEW.revision IS NOT (SELECT max(seq) FROM minqing_change)
    OR NEW.updated_at IS NULL OR NEW.updated_by IS NULL);
END;
CREATE TRIGGER vacant_spaces_logs_update AFTER UPDATE ON vacant_spaces
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'vacant_spaces', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO vacant_spaces_history (id, geom, code, name, "building_code", "address", "floor", "floor_area_m2", "former_use", "owner_unit", "vacant_since", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."building_code", OLD."address", OLD."floor", OLD."floor_area_m2", OLD."former_use", OLD."owner_unit", OLD."vacant_since", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('vacant_spaces', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  INSERT INTO vacant_spaces_history (id, geom, code, name, "building_code", "address", "floor", "floor_area_m2", "former_use", "owner_unit", "vacant_since", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."building_code", OLD."address", OLD."floor", OLD."floor_area_m2", OLD."former_use", OLD."owner_unit", OLD."vacant_since", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id = NEW.id;
  UPDATE vacant_spaces SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
CREATE TRIGGER vacant_spaces_logs_delete AFTER DELETE ON vacant_spaces BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('vacant_spaces', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
  INSERT INTO vacant_spaces_history (id, geom, code, name, "building_code", "address", "floor", "floor_area_m2", "former_use", "owner_unit", "vacant_since", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."building_code", OLD."address", OLD."floor", OLD."floor_area_m2", OLD."former_use", OLD."owner_unit", OLD."vacant_since", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change);
END;
