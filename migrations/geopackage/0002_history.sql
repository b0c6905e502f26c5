-- What a record was before each change of it, and which changes came together.
-- A version lies in `{layer}_history` once another has taken its place: `until` is the number in the change log of the
-- change that ended it. The version that counts now is the row of the layer's own table, so adding a record costs
-- nothing more, and loading the map reads no history.

-- Log rows that one transaction of ours wrote, from `first` to `revision`; other programs' rows stand alone.
CREATE TABLE minqing_commit (revision INTEGER PRIMARY KEY NOT NULL, first INTEGER NOT NULL, at TEXT NOT NULL);

-- Writes that were sent with a key of their own, so that a repeated one is answered and not done again.
CREATE TABLE minqing_answered (
  key TEXT PRIMARY KEY NOT NULL, asked TEXT NOT NULL, answer TEXT, revision INTEGER, at TEXT NOT NULL
);
CREATE INDEX minqing_answered_at ON minqing_answered (at);

-- Before this revision nothing is known of earlier versions.
INSERT INTO minqing_setting SELECT 'history_from', coalesce(max(seq), 0) FROM minqing_change;

-- 街道
CREATE TABLE subdistricts_history (
  id INTEGER NOT NULL,
  geom BLOB,
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
  updated_by TEXT,
  until INTEGER NOT NULL
);
CREATE INDEX subdistricts_history_id ON subdistricts_history (id);
DROP TRIGGER subdistricts_logs_update;
CREATE TRIGGER subdistricts_logs_update AFTER UPDATE ON subdistricts
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'subdistricts', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO subdistricts_history (id, geom, code, name, "district_name", "office_address", "resident_count", "household_count", "aliases", "valid_from", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."district_name", OLD."office_address", OLD."resident_count", OLD."household_count", OLD."aliases", OLD."valid_from", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('subdistricts', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  INSERT INTO subdistricts_history (id, geom, code, name, "district_name", "office_address", "resident_count", "household_count", "aliases", "valid_from", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."district_name", OLD."office_address", OLD."resident_count", OLD."household_count", OLD."aliases", OLD."valid_from", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id = NEW.id;
  UPDATE subdistricts SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
DROP TRIGGER subdistricts_logs_delete;
CREATE TRIGGER subdistricts_logs_delete AFTER DELETE ON subdistricts BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('subdistricts', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
  INSERT INTO subdistricts_history (id, geom, code, name, "district_name", "office_address", "resident_count", "household_count", "aliases", "valid_from", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."district_name", OLD."office_address", OLD."resident_count", OLD."household_count", OLD."aliases", OLD."valid_from", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change);
END;

-- 社区(村)
CREATE TABLE communities_history (
  id INTEGER NOT NULL,
  geom BLOB,
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
  updated_by TEXT,
  until INTEGER NOT NULL
);
CREATE INDEX communities_history_id ON communities_history (id);
DROP TRIGGER communities_logs_update;
CREATE TRIGGER communities_logs_update AFTER UPDATE ON communities
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'communities', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO communities_history (id, geom, code, name, "subdistrict_code", "kind", "office_address", "resident_count", "household_count", "aliases", "valid_from", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."subdistrict_code", OLD."kind", OLD."office_address", OLD."resident_count", OLD."household_count", OLD."aliases", OLD."valid_from", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('communities', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  INSERT INTO communities_history (id, geom, code, name, "subdistrict_code", "kind", "office_address", "resident_count", "household_count", "aliases", "valid_from", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."subdistrict_code", OLD."kind", OLD."office_address", OLD."resident_count", OLD."household_count", OLD."aliases", OLD."valid_from", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id = NEW.id;
  UPDATE communities SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
DROP TRIGGER communities_logs_delete;
CREATE TRIGGER communities_logs_delete AFTER DELETE ON communities BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('communities', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
  INSERT INTO communities_history (id, geom, code, name, "subdistrict_code", "kind", "office_address", "resident_count", "household_count", "aliases", "valid_from", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."subdistrict_code", OLD."kind", OLD."office_address", OLD."resident_count", OLD."household_count", OLD."aliases", OLD."valid_from", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change);
END;

-- 网格
CREATE TABLE grids_history (
  id INTEGER NOT NULL,
  geom BLOB,
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
  updated_by TEXT,
  until INTEGER NOT NULL
);
CREATE INDEX grids_history_id ON grids_history (id);
DROP TRIGGER grids_logs_update;
CREATE TRIGGER grids_logs_update AFTER UPDATE ON grids
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'grids', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO grids_history (id, geom, code, name, "community_code", "kind", "dedicated_kind", "resident_count", "household_count", "boundary_description", "aliases", "valid_from", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."community_code", OLD."kind", OLD."dedicated_kind", OLD."resident_count", OLD."household_count", OLD."boundary_description", OLD."aliases", OLD."valid_from", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('grids', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  INSERT INTO grids_history (id, geom, code, name, "community_code", "kind", "dedicated_kind", "resident_count", "household_count", "boundary_description", "aliases", "valid_from", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."community_code", OLD."kind", OLD."dedicated_kind", OLD."resident_count", OLD."household_count", OLD."boundary_description", OLD."aliases", OLD."valid_from", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id = NEW.id;
  UPDATE grids SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
DROP TRIGGER grids_logs_delete;
CREATE TRIGGER grids_logs_delete AFTER DELETE ON grids BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('grids', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
  INSERT INTO grids_history (id, geom, code, name, "community_code", "kind", "dedicated_kind", "resident_count", "household_count", "boundary_description", "aliases", "valid_from", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."community_code", OLD."kind", OLD."dedicated_kind", OLD."resident_count", OLD."household_count", OLD."boundary_description", OLD."aliases", OLD."valid_from", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change);
END;

-- 小区
CREATE TABLE compounds_history (
  id INTEGER NOT NULL,
  geom BLOB,
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
  updated_by TEXT,
  until INTEGER NOT NULL
);
CREATE INDEX compounds_history_id ON compounds_history (id);
DROP TRIGGER compounds_logs_update;
CREATE TRIGGER compounds_logs_update AFTER UPDATE ON compounds
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'compounds', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO compounds_history (id, geom, code, name, "grid_code", "kind", "address", "built_year", "property_management", "property_company", "has_work_station", "building_count", "entrance_count", "household_count", "resident_count", "parking_count", "charger_count", "damaged_pipe_systems", "damaged_envelope_ratio", "uninsulated_ratio", "activity_space_m2", "barrier_free", "smart_security", "consent_ratio", "aliases", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."grid_code", OLD."kind", OLD."address", OLD."built_year", OLD."property_management", OLD."property_company", OLD."has_work_station", OLD."building_count", OLD."entrance_count", OLD."household_count", OLD."resident_count", OLD."parking_count", OLD."charger_count", OLD."damaged_pipe_systems", OLD."damaged_envelope_ratio", OLD."uninsulated_ratio", OLD."activity_space_m2", OLD."barrier_free", OLD."smart_security", OLD."consent_ratio", OLD."aliases", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('compounds', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  INSERT INTO compounds_history (id, geom, code, name, "grid_code", "kind", "address", "built_year", "property_management", "property_company", "has_work_station", "building_count", "entrance_count", "household_count", "resident_count", "parking_count", "charger_count", "damaged_pipe_systems", "damaged_envelope_ratio", "uninsulated_ratio", "activity_space_m2", "barrier_free", "smart_security", "consent_ratio", "aliases", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."grid_code", OLD."kind", OLD."address", OLD."built_year", OLD."property_management", OLD."property_company", OLD."has_work_station", OLD."building_count", OLD."entrance_count", OLD."household_count", OLD."resident_count", OLD."parking_count", OLD."charger_count", OLD."damaged_pipe_systems", OLD."damaged_envelope_ratio", OLD."uninsulated_ratio", OLD."activity_space_m2", OLD."barrier_free", OLD."smart_security", OLD."consent_ratio", OLD."aliases", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id = NEW.id;
  UPDATE compounds SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
DROP TRIGGER compounds_logs_delete;
CREATE TRIGGER compounds_logs_delete AFTER DELETE ON compounds BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('compounds', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
  INSERT INTO compounds_history (id, geom, code, name, "grid_code", "kind", "address", "built_year", "property_management", "property_company", "has_work_station", "building_count", "entrance_count", "household_count", "resident_count", "parking_count", "charger_count", "damaged_pipe_systems", "damaged_envelope_ratio", "uninsulated_ratio", "activity_space_m2", "barrier_free", "smart_security", "consent_ratio", "aliases", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."grid_code", OLD."kind", OLD."address", OLD."built_year", OLD."property_management", OLD."property_company", OLD."has_work_station", OLD."building_count", OLD."entrance_count", OLD."household_count", OLD."resident_count", OLD."parking_count", OLD."charger_count", OLD."damaged_pipe_systems", OLD."damaged_envelope_ratio", OLD."uninsulated_ratio", OLD."activity_space_m2", OLD."barrier_free", OLD."smart_security", OLD."consent_ratio", OLD."aliases", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change);
END;

-- 楼栋
CREATE TABLE buildings_history (
  id INTEGER NOT NULL,
  geom BLOB,
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
  updated_by TEXT,
  until INTEGER NOT NULL
);
CREATE INDEX buildings_history_id ON buildings_history (id);
DROP TRIGGER buildings_logs_update;
CREATE TRIGGER buildings_logs_update AFTER UPDATE ON buildings
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'buildings', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO buildings_history (id, geom, code, name, "compound_code", "number", "address", "use", "storeys", "storeys_below", "height_m", "structure", "built_year", "entrance_count", "household_count", "lift_count", "floor_area_m2", "operating", "screening", "safety_grade", "appraisal_report", "appraisal_body", "appraised_on", "under_watch", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."compound_code", OLD."number", OLD."address", OLD."use", OLD."storeys", OLD."storeys_below", OLD."height_m", OLD."structure", OLD."built_year", OLD."entrance_count", OLD."household_count", OLD."lift_count", OLD."floor_area_m2", OLD."operating", OLD."screening", OLD."safety_grade", OLD."appraisal_report", OLD."appraisal_body", OLD."appraised_on", OLD."under_watch", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('buildings', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  INSERT INTO buildings_history (id, geom, code, name, "compound_code", "number", "address", "use", "storeys", "storeys_below", "height_m", "structure", "built_year", "entrance_count", "household_count", "lift_count", "floor_area_m2", "operating", "screening", "safety_grade", "appraisal_report", "appraisal_body", "appraised_on", "under_watch", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."compound_code", OLD."number", OLD."address", OLD."use", OLD."storeys", OLD."storeys_below", OLD."height_m", OLD."structure", OLD."built_year", OLD."entrance_count", OLD."household_count", OLD."lift_count", OLD."floor_area_m2", OLD."operating", OLD."screening", OLD."safety_grade", OLD."appraisal_report", OLD."appraisal_body", OLD."appraised_on", OLD."under_watch", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id = NEW.id;
  UPDATE buildings SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
DROP TRIGGER buildings_logs_delete;
CREATE TRIGGER buildings_logs_delete AFTER DELETE ON buildings BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('buildings', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
  INSERT INTO buildings_history (id, geom, code, name, "compound_code", "number", "address", "use", "storeys", "storeys_below", "height_m", "structure", "built_year", "entrance_count", "household_count", "lift_count", "floor_area_m2", "operating", "screening", "safety_grade", "appraisal_report", "appraisal_body", "appraised_on", "under_watch", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."compound_code", OLD."number", OLD."address", OLD."use", OLD."storeys", OLD."storeys_below", OLD."height_m", OLD."structure", OLD."built_year", OLD."entrance_count", OLD."household_count", OLD."lift_count", OLD."floor_area_m2", OLD."operating", OLD."screening", OLD."safety_grade", OLD."appraisal_report", OLD."appraisal_body", OLD."appraised_on", OLD."under_watch", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change);
END;

-- 单元
CREATE TABLE entrances_history (
  id INTEGER NOT NULL,
  geom BLOB,
  code TEXT NOT NULL,
  name TEXT,
  "building_code" TEXT,
  "number" TEXT,
  "floors" INTEGER,
  "doors_per_floor" INTEGER,
  "has_lift" BOOLEAN,
  revision INTEGER,
  updated_at DATETIME,
  updated_by TEXT,
  until INTEGER NOT NULL
);
CREATE INDEX entrances_history_id ON entrances_history (id);
DROP TRIGGER entrances_logs_update;
CREATE TRIGGER entrances_logs_update AFTER UPDATE ON entrances
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'entrances', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO entrances_history (id, geom, code, name, "building_code", "number", "floors", "doors_per_floor", "has_lift", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."building_code", OLD."number", OLD."floors", OLD."doors_per_floor", OLD."has_lift", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('entrances', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  INSERT INTO entrances_history (id, geom, code, name, "building_code", "number", "floors", "doors_per_floor", "has_lift", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."building_code", OLD."number", OLD."floors", OLD."doors_per_floor", OLD."has_lift", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id = NEW.id;
  UPDATE entrances SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
DROP TRIGGER entrances_logs_delete;
CREATE TRIGGER entrances_logs_delete AFTER DELETE ON entrances BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('entrances', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
  INSERT INTO entrances_history (id, geom, code, name, "building_code", "number", "floors", "doors_per_floor", "has_lift", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."building_code", OLD."number", OLD."floors", OLD."doors_per_floor", OLD."has_lift", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change);
END;

-- 户
CREATE TABLE households_history (
  id INTEGER NOT NULL,
  geom BLOB,
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
  updated_by TEXT,
  until INTEGER NOT NULL
);
CREATE INDEX households_history_id ON households_history (id);
DROP TRIGGER households_logs_update;
CREATE TRIGGER households_logs_update AFTER UPDATE ON households
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'households', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO households_history (id, geom, code, name, "entrance_code", "building_code", "floor", "room_label", "dwelling_use", "area_band", "room_count", "occupants_band", "gas_kind", "indoor_ebike_charging", "smoke_alarm", "needs_visit", "needs_visit_until", "last_checked_on", "source", "valid_until", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."entrance_code", OLD."building_code", OLD."floor", OLD."room_label", OLD."dwelling_use", OLD."area_band", OLD."room_count", OLD."occupants_band", OLD."gas_kind", OLD."indoor_ebike_charging", OLD."smoke_alarm", OLD."needs_visit", OLD."needs_visit_until", OLD."last_checked_on", OLD."source", OLD."valid_until", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('households', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  INSERT INTO households_history (id, geom, code, name, "entrance_code", "building_code", "floor", "room_label", "dwelling_use", "area_band", "room_count", "occupants_band", "gas_kind", "indoor_ebike_charging", "smoke_alarm", "needs_visit", "needs_visit_until", "last_checked_on", "source", "valid_until", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."entrance_code", OLD."building_code", OLD."floor", OLD."room_label", OLD."dwelling_use", OLD."area_band", OLD."room_count", OLD."occupants_band", OLD."gas_kind", OLD."indoor_ebike_charging", OLD."smoke_alarm", OLD."needs_visit", OLD."needs_visit_until", OLD."last_checked_on", OLD."source", OLD."valid_until", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id = NEW.id;
  UPDATE households SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
DROP TRIGGER households_logs_delete;
CREATE TRIGGER households_logs_delete AFTER DELETE ON households BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('households', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
  INSERT INTO households_history (id, geom, code, name, "entrance_code", "building_code", "floor", "room_label", "dwelling_use", "area_band", "room_count", "occupants_band", "gas_kind", "indoor_ebike_charging", "smoke_alarm", "needs_visit", "needs_visit_until", "last_checked_on", "source", "valid_until", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."entrance_code", OLD."building_code", OLD."floor", OLD."room_label", OLD."dwelling_use", OLD."area_band", OLD."room_count", OLD."occupants_band", OLD."gas_kind", OLD."indoor_ebike_charging", OLD."smoke_alarm", OLD."needs_visit", OLD."needs_visit_until", OLD."last_checked_on", OLD."source", OLD."valid_until", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change);
END;

-- 风险点
CREATE TABLE risk_points_history (
  id INTEGER NOT NULL,
  geom BLOB,
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
  updated_by TEXT,
  until INTEGER NOT NULL
);
CREATE INDEX risk_points_history_id ON risk_points_history (id);
DROP TRIGGER risk_points_logs_update;
CREATE TRIGGER risk_points_logs_update AFTER UPDATE ON risk_points
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'risk_points', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO risk_points_history (id, geom, code, name, "grid_code", "building_code", "address", "kind", "level", "hazard_class", "status", "description", "found_by", "found", "deadline", "original_deadline", "closed_on", "fix_mode", "responsible_post", "reviewer_post", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."grid_code", OLD."building_code", OLD."address", OLD."kind", OLD."level", OLD."hazard_class", OLD."status", OLD."description", OLD."found_by", OLD."found", OLD."deadline", OLD."original_deadline", OLD."closed_on", OLD."fix_mode", OLD."responsible_post", OLD."reviewer_post", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('risk_points', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  INSERT INTO risk_points_history (id, geom, code, name, "grid_code", "building_code", "address", "kind", "level", "hazard_class", "status", "description", "found_by", "found", "deadline", "original_deadline", "closed_on", "fix_mode", "responsible_post", "reviewer_post", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."grid_code", OLD."building_code", OLD."address", OLD."kind", OLD."level", OLD."hazard_class", OLD."status", OLD."description", OLD."found_by", OLD."found", OLD."deadline", OLD."original_deadline", OLD."closed_on", OLD."fix_mode", OLD."responsible_post", OLD."reviewer_post", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id = NEW.id;
  UPDATE risk_points SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
DROP TRIGGER risk_points_logs_delete;
CREATE TRIGGER risk_points_logs_delete AFTER DELETE ON risk_points BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('risk_points', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
  INSERT INTO risk_points_history (id, geom, code, name, "grid_code", "building_code", "address", "kind", "level", "hazard_class", "status", "description", "found_by", "found", "deadline", "original_deadline", "closed_on", "fix_mode", "responsible_post", "reviewer_post", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."grid_code", OLD."building_code", OLD."address", OLD."kind", OLD."level", OLD."hazard_class", OLD."status", OLD."description", OLD."found_by", OLD."found", OLD."deadline", OLD."original_deadline", OLD."closed_on", OLD."fix_mode", OLD."responsible_post", OLD."reviewer_post", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change);
END;

-- 服务设施
CREATE TABLE facilities_history (
  id INTEGER NOT NULL,
  geom BLOB,
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
  updated_by TEXT,
  until INTEGER NOT NULL
);
CREATE INDEX facilities_history_id ON facilities_history (id);
DROP TRIGGER facilities_logs_update;
CREATE TRIGGER facilities_logs_update AFTER UPDATE ON facilities
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'facilities', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO facilities_history (id, geom, code, name, "grid_code", "kind", "address", "opening", "capacity", "service_radius_m", "operator", "not_public", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."grid_code", OLD."kind", OLD."address", OLD."opening", OLD."capacity", OLD."service_radius_m", OLD."operator", OLD."not_public", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('facilities', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  INSERT INTO facilities_history (id, geom, code, name, "grid_code", "kind", "address", "opening", "capacity", "service_radius_m", "operator", "not_public", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."grid_code", OLD."kind", OLD."address", OLD."opening", OLD."capacity", OLD."service_radius_m", OLD."operator", OLD."not_public", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id = NEW.id;
  UPDATE facilities SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
DROP TRIGGER facilities_logs_delete;
CREATE TRIGGER facilities_logs_delete AFTER DELETE ON facilities BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('facilities', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
  INSERT INTO facilities_history (id, geom, code, name, "grid_code", "kind", "address", "opening", "capacity", "service_radius_m", "operator", "not_public", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."grid_code", OLD."kind", OLD."address", OLD."opening", OLD."capacity", OLD."service_radius_m", OLD."operator", OLD."not_public", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change);
END;

-- 改造项目
CREATE TABLE renovation_projects_history (
  id INTEGER NOT NULL,
  geom BLOB,
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
  updated_by TEXT,
  until INTEGER NOT NULL
);
CREATE INDEX renovation_projects_history_id ON renovation_projects_history (id);
DROP TRIGGER renovation_projects_logs_update;
CREATE TRIGGER renovation_projects_logs_update AFTER UPDATE ON renovation_projects
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'renovation_projects', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO renovation_projects_history (id, geom, code, name, "community_code", "compound_codes", "batch", "phase", "content", "works", "budget_yuan", "household_count", "building_count", "starts_on", "ends_on", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."community_code", OLD."compound_codes", OLD."batch", OLD."phase", OLD."content", OLD."works", OLD."budget_yuan", OLD."household_count", OLD."building_count", OLD."starts_on", OLD."ends_on", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('renovation_projects', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  INSERT INTO renovation_projects_history (id, geom, code, name, "community_code", "compound_codes", "batch", "phase", "content", "works", "budget_yuan", "household_count", "building_count", "starts_on", "ends_on", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."community_code", OLD."compound_codes", OLD."batch", OLD."phase", OLD."content", OLD."works", OLD."budget_yuan", OLD."household_count", OLD."building_count", OLD."starts_on", OLD."ends_on", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id = NEW.id;
  UPDATE renovation_projects SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
DROP TRIGGER renovation_projects_logs_delete;
CREATE TRIGGER renovation_projects_logs_delete AFTER DELETE ON renovation_projects BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('renovation_projects', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
  INSERT INTO renovation_projects_history (id, geom, code, name, "community_code", "compound_codes", "batch", "phase", "content", "works", "budget_yuan", "household_count", "building_count", "starts_on", "ends_on", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."community_code", OLD."compound_codes", OLD."batch", OLD."phase", OLD."content", OLD."works", OLD."budget_yuan", OLD."household_count", OLD."building_count", OLD."starts_on", OLD."ends_on", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change);
END;

-- 检查对象
CREATE TABLE inspection_targets_history (
  id INTEGER NOT NULL,
  geom BLOB,
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
  updated_by TEXT,
  until INTEGER NOT NULL
);
CREATE INDEX inspection_targets_history_id ON inspection_targets_history (id);
DROP TRIGGER inspection_targets_logs_update;
CREATE TRIGGER inspection_targets_logs_update AFTER UPDATE ON inspection_targets
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'inspection_targets', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO inspection_targets_history (id, geom, code, name, "grid_code", "building_code", "kind", "address", "cycle_days", "last_inspected", "next_due", "responsible_post", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."grid_code", OLD."building_code", OLD."kind", OLD."address", OLD."cycle_days", OLD."last_inspected", OLD."next_due", OLD."responsible_post", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('inspection_targets', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  INSERT INTO inspection_targets_history (id, geom, code, name, "grid_code", "building_code", "kind", "address", "cycle_days", "last_inspected", "next_due", "responsible_post", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."grid_code", OLD."building_code", OLD."kind", OLD."address", OLD."cycle_days", OLD."last_inspected", OLD."next_due", OLD."responsible_post", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id = NEW.id;
  UPDATE inspection_targets SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
DROP TRIGGER inspection_targets_logs_delete;
CREATE TRIGGER inspection_targets_logs_delete AFTER DELETE ON inspection_targets BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('inspection_targets', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
  INSERT INTO inspection_targets_history (id, geom, code, name, "grid_code", "building_code", "kind", "address", "cycle_days", "last_inspected", "next_due", "responsible_post", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."grid_code", OLD."building_code", OLD."kind", OLD."address", OLD."cycle_days", OLD."last_inspected", OLD."next_due", OLD."responsible_post", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change);
END;

-- 案件
CREATE TABLE cases_history (
  id INTEGER NOT NULL,
  geom BLOB,
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
  updated_by TEXT,
  until INTEGER NOT NULL
);
CREATE INDEX cases_history_id ON cases_history (id);
DROP TRIGGER cases_logs_update;
CREATE TRIGGER cases_logs_update AFTER UPDATE ON cases
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'cases', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO cases_history (id, geom, code, name, "grid_code", "kind", "source", "status", "address", "description", "on_the_spot", "reported_at", "deadline", "closed_at", "responsible_post", "verifier_post", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."grid_code", OLD."kind", OLD."source", OLD."status", OLD."address", OLD."description", OLD."on_the_spot", OLD."reported_at", OLD."deadline", OLD."closed_at", OLD."responsible_post", OLD."verifier_post", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('cases', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  INSERT INTO cases_history (id, geom, code, name, "grid_code", "kind", "source", "status", "address", "description", "on_the_spot", "reported_at", "deadline", "closed_at", "responsible_post", "verifier_post", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."grid_code", OLD."kind", OLD."source", OLD."status", OLD."address", OLD."description", OLD."on_the_spot", OLD."reported_at", OLD."deadline", OLD."closed_at", OLD."responsible_post", OLD."verifier_post", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id = NEW.id;
  UPDATE cases SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
DROP TRIGGER cases_logs_delete;
CREATE TRIGGER cases_logs_delete AFTER DELETE ON cases BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('cases', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
  INSERT INTO cases_history (id, geom, code, name, "grid_code", "kind", "source", "status", "address", "description", "on_the_spot", "reported_at", "deadline", "closed_at", "responsible_post", "verifier_post", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."grid_code", OLD."kind", OLD."source", OLD."status", OLD."address", OLD."description", OLD."on_the_spot", OLD."reported_at", OLD."deadline", OLD."closed_at", OLD."responsible_post", OLD."verifier_post", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change);
END;

-- 责任岗位
CREATE TABLE posts_history (
  id INTEGER NOT NULL,
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
  updated_by TEXT,
  until INTEGER NOT NULL
);
CREATE INDEX posts_history_id ON posts_history (id);
DROP TRIGGER posts_logs_update;
CREATE TRIGGER posts_logs_update AFTER UPDATE ON posts
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'posts', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO posts_history (id, code, name, "level", "target_code", "title", "holder", "phone", "duties", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.code, OLD.name, OLD."level", OLD."target_code", OLD."title", OLD."holder", OLD."phone", OLD."duties", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('posts', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  INSERT INTO posts_history (id, code, name, "level", "target_code", "title", "holder", "phone", "duties", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.code, OLD.name, OLD."level", OLD."target_code", OLD."title", OLD."holder", OLD."phone", OLD."duties", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id = NEW.id;
  UPDATE posts SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
DROP TRIGGER posts_logs_delete;
CREATE TRIGGER posts_logs_delete AFTER DELETE ON posts BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('posts', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
  INSERT INTO posts_history (id, code, name, "level", "target_code", "title", "holder", "phone", "duties", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.code, OLD.name, OLD."level", OLD."target_code", OLD."title", OLD."holder", OLD."phone", OLD."duties", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change);
END;

-- 检查记录
CREATE TABLE inspections_history (
  id INTEGER NOT NULL,
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
  updated_by TEXT,
  until INTEGER NOT NULL
);
CREATE INDEX inspections_history_id ON inspections_history (id);
DROP TRIGGER inspections_logs_update;
CREATE TRIGGER inspections_logs_update AFTER UPDATE ON inspections
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'inspections', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO inspections_history (id, code, name, "target_code", "visited_at", "outcome", "post_code", "risk_point_code", "note", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.code, OLD.name, OLD."target_code", OLD."visited_at", OLD."outcome", OLD."post_code", OLD."risk_point_code", OLD."note", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('inspections', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  INSERT INTO inspections_history (id, code, name, "target_code", "visited_at", "outcome", "post_code", "risk_point_code", "note", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.code, OLD.name, OLD."target_code", OLD."visited_at", OLD."outcome", OLD."post_code", OLD."risk_point_code", OLD."note", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id = NEW.id;
  UPDATE inspections SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
DROP TRIGGER inspections_logs_delete;
CREATE TRIGGER inspections_logs_delete AFTER DELETE ON inspections BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('inspections', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
  INSERT INTO inspections_history (id, code, name, "target_code", "visited_at", "outcome", "post_code", "risk_point_code", "note", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.code, OLD.name, OLD."target_code", OLD."visited_at", OLD."outcome", OLD."post_code", OLD."risk_point_code", OLD."note", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change);
END;

-- 流转记录
CREATE TABLE transitions_history (
  id INTEGER NOT NULL,
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
  updated_by TEXT,
  until INTEGER NOT NULL
);
CREATE INDEX transitions_history_id ON transitions_history (id);
DROP TRIGGER transitions_logs_update;
CREATE TRIGGER transitions_logs_update AFTER UPDATE ON transitions
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'transitions', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO transitions_history (id, code, name, "layer", "feature_code", "from_status", "to_status", "at", "post_code", "note", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.code, OLD.name, OLD."layer", OLD."feature_code", OLD."from_status", OLD."to_status", OLD."at", OLD."post_code", OLD."note", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('transitions', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  INSERT INTO transitions_history (id, code, name, "layer", "feature_code", "from_status", "to_status", "at", "post_code", "note", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.code, OLD.name, OLD."layer", OLD."feature_code", OLD."from_status", OLD."to_status", OLD."at", OLD."post_code", OLD."note", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id = NEW.id;
  UPDATE transitions SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
DROP TRIGGER transitions_logs_delete;
CREATE TRIGGER transitions_logs_delete AFTER DELETE ON transitions BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('transitions', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
  INSERT INTO transitions_history (id, code, name, "layer", "feature_code", "from_status", "to_status", "at", "post_code", "note", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.code, OLD.name, OLD."layer", OLD."feature_code", OLD."from_status", OLD."to_status", OLD."at", OLD."post_code", OLD."note", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change);
END;

-- 道路
CREATE TABLE roads_history (
  id INTEGER NOT NULL,
  geom BLOB,
  code TEXT NOT NULL,
  name TEXT,
  "class" TEXT,
  "width_m" REAL,
  "source_class" TEXT,
  revision INTEGER,
  updated_at DATETIME,
  updated_by TEXT,
  until INTEGER NOT NULL
);
CREATE INDEX roads_history_id ON roads_history (id);
DROP TRIGGER roads_logs_update;
CREATE TRIGGER roads_logs_update AFTER UPDATE ON roads
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'roads', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO roads_history (id, geom, code, name, "class", "width_m", "source_class", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."class", OLD."width_m", OLD."source_class", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('roads', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  INSERT INTO roads_history (id, geom, code, name, "class", "width_m", "source_class", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."class", OLD."width_m", OLD."source_class", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id = NEW.id;
  UPDATE roads SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
DROP TRIGGER roads_logs_delete;
CREATE TRIGGER roads_logs_delete AFTER DELETE ON roads BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('roads', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
  INSERT INTO roads_history (id, geom, code, name, "class", "width_m", "source_class", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."class", OLD."width_m", OLD."source_class", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change);
END;

-- 水系
CREATE TABLE water_history (
  id INTEGER NOT NULL,
  geom BLOB,
  code TEXT NOT NULL,
  name TEXT,
  "kind" TEXT,
  revision INTEGER,
  updated_at DATETIME,
  updated_by TEXT,
  until INTEGER NOT NULL
);
CREATE INDEX water_history_id ON water_history (id);
DROP TRIGGER water_logs_update;
CREATE TRIGGER water_logs_update AFTER UPDATE ON water
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'water', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO water_history (id, geom, code, name, "kind", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."kind", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('water', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  INSERT INTO water_history (id, geom, code, name, "kind", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."kind", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id = NEW.id;
  UPDATE water SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
DROP TRIGGER water_logs_delete;
CREATE TRIGGER water_logs_delete AFTER DELETE ON water BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('water', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
  INSERT INTO water_history (id, geom, code, name, "kind", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."kind", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change);
END;

-- 用地
CREATE TABLE land_use_history (
  id INTEGER NOT NULL,
  geom BLOB,
  code TEXT NOT NULL,
  name TEXT,
  "kind" TEXT,
  "source_kind" TEXT,
  revision INTEGER,
  updated_at DATETIME,
  updated_by TEXT,
  until INTEGER NOT NULL
);
CREATE INDEX land_use_history_id ON land_use_history (id);
DROP TRIGGER land_use_logs_update;
CREATE TRIGGER land_use_logs_update AFTER UPDATE ON land_use
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT 'land_use', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO land_use_history (id, geom, code, name, "kind", "source_kind", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."kind", OLD."source_kind", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('land_use', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  INSERT INTO land_use_history (id, geom, code, name, "kind", "source_kind", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."kind", OLD."source_kind", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change) WHERE OLD.id = NEW.id;
  UPDATE land_use SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
DROP TRIGGER land_use_logs_delete;
CREATE TRIGGER land_use_logs_delete AFTER DELETE ON land_use BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('land_use', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
  INSERT INTO land_use_history (id, geom, code, name, "kind", "source_kind", revision, updated_at, updated_by, until)
    SELECT OLD.id, OLD.geom, OLD.code, OLD.name, OLD."kind", OLD."source_kind", OLD.revision, OLD.updated_at, OLD.updated_by, (SELECT max(seq) FROM minqing_change);
END;
