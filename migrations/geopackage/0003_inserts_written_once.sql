-- A record that comes with its revision, time and author is not written a second time by the trigger that logs it: our own
-- writer knows them, and its row, shape and all, was written twice. What any other program adds is completed as before.

DROP TRIGGER subdistricts_logs_insert;
CREATE TRIGGER subdistricts_logs_insert AFTER INSERT ON subdistricts BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('subdistricts', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE subdistricts SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program')
  WHERE id = NEW.id AND (NEW.revision IS NOT (SELECT max(seq) FROM minqing_change)
    OR NEW.updated_at IS NULL OR NEW.updated_by IS NULL);
END;

DROP TRIGGER communities_logs_insert;
CREATE TRIGGER communities_logs_insert AFTER INSERT ON communities BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('communities', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE communities SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program')
  WHERE id = NEW.id AND (NEW.revision IS NOT (SELECT max(seq) FROM minqing_change)
    OR NEW.updated_at IS NULL OR NEW.updated_by IS NULL);
END;

DROP TRIGGER grids_logs_insert;
CREATE TRIGGER grids_logs_insert AFTER INSERT ON grids BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('grids', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE grids SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program')
  WHERE id = NEW.id AND (NEW.revision IS NOT (SELECT max(seq) FROM minqing_change)
    OR NEW.updated_at IS NULL OR NEW.updated_by IS NULL);
END;

DROP TRIGGER compounds_logs_insert;
CREATE TRIGGER compounds_logs_insert AFTER INSERT ON compounds BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('compounds', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE compounds SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program')
  WHERE id = NEW.id AND (NEW.revision IS NOT (SELECT max(seq) FROM minqing_change)
    OR NEW.updated_at IS NULL OR NEW.updated_by IS NULL);
END;

DROP TRIGGER buildings_logs_insert;
CREATE TRIGGER buildings_logs_insert AFTER INSERT ON buildings BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('buildings', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE buildings SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program')
  WHERE id = NEW.id AND (NEW.revision IS NOT (SELECT max(seq) FROM minqing_change)
    OR NEW.updated_at IS NULL OR NEW.updated_by IS NULL);
END;

DROP TRIGGER entrances_logs_insert;
CREATE TRIGGER entrances_logs_insert AFTER INSERT ON entrances BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('entrances', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE entrances SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program')
  WHERE id = NEW.id AND (NEW.revision IS NOT (SELECT max(seq) FROM minqing_change)
    OR NEW.updated_at IS NULL OR NEW.updated_by IS NULL);
END;

DROP TRIGGER households_logs_insert;
CREATE TRIGGER households_logs_insert AFTER INSERT ON households BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('households', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE households SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program')
  WHERE id = NEW.id AND (NEW.revision IS NOT (SELECT max(seq) FROM minqing_change)
    OR NEW.updated_at IS NULL OR NEW.updated_by IS NULL);
END;

DROP TRIGGER risk_points_logs_insert;
CREATE TRIGGER risk_points_logs_insert AFTER INSERT ON risk_points BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('risk_points', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE risk_points SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program')
  WHERE id = NEW.id AND (NEW.revision IS NOT (SELECT max(seq) FROM minqing_change)
    OR NEW.updated_at IS NULL OR NEW.updated_by IS NULL);
END;

DROP TRIGGER facilities_logs_insert;
CREATE TRIGGER facilities_logs_insert AFTER INSERT ON facilities BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('facilities', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE facilities SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program')
  WHERE id = NEW.id AND (NEW.revision IS NOT (SELECT max(seq) FROM minqing_change)
    OR NEW.updated_at IS NULL OR NEW.updated_by IS NULL);
END;

DROP TRIGGER renovation_projects_logs_insert;
CREATE TRIGGER renovation_projects_logs_insert AFTER INSERT ON renovation_projects BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('renovation_projects', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE renovation_projects SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program')
  WHERE id = NEW.id AND (NEW.revision IS NOT (SELECT max(seq) FROM minqing_change)
    OR NEW.updated_at IS NULL OR NEW.updated_by IS NULL);
END;

DROP TRIGGER inspection_targets_logs_insert;
CREATE TRIGGER inspection_targets_logs_insert AFTER INSERT ON inspection_targets BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('inspection_targets', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE inspection_targets SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program')
  WHERE id = NEW.id AND (NEW.revision IS NOT (SELECT max(seq) FROM minqing_change)
    OR NEW.updated_at IS NULL OR NEW.updated_by IS NULL);
END;

DROP TRIGGER cases_logs_insert;
CREATE TRIGGER cases_logs_insert AFTER INSERT ON cases BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('cases', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE cases SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program')
  WHERE id = NEW.id AND (NEW.revision IS NOT (SELECT max(seq) FROM minqing_change)
    OR NEW.updated_at IS NULL OR NEW.updated_by IS NULL);
END;

DROP TRIGGER posts_logs_insert;
CREATE TRIGGER posts_logs_insert AFTER INSERT ON posts BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('posts', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE posts SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program')
  WHERE id = NEW.id AND (NEW.revision IS NOT (SELECT max(seq) FROM minqing_change)
    OR NEW.updated_at IS NULL OR NEW.updated_by IS NULL);
END;

DROP TRIGGER inspections_logs_insert;
CREATE TRIGGER inspections_logs_insert AFTER INSERT ON inspections BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('inspections', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE inspections SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program')
  WHERE id = NEW.id AND (NEW.revision IS NOT (SELECT max(seq) FROM minqing_change)
    OR NEW.updated_at IS NULL OR NEW.updated_by IS NULL);
END;

DROP TRIGGER transitions_logs_insert;
CREATE TRIGGER transitions_logs_insert AFTER INSERT ON transitions BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('transitions', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE transitions SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program')
  WHERE id = NEW.id AND (NEW.revision IS NOT (SELECT max(seq) FROM minqing_change)
    OR NEW.updated_at IS NULL OR NEW.updated_by IS NULL);
END;

DROP TRIGGER roads_logs_insert;
CREATE TRIGGER roads_logs_insert AFTER INSERT ON roads BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('roads', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE roads SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program')
  WHERE id = NEW.id AND (NEW.revision IS NOT (SELECT max(seq) FROM minqing_change)
    OR NEW.updated_at IS NULL OR NEW.updated_by IS NULL);
END;

DROP TRIGGER water_logs_insert;
CREATE TRIGGER water_logs_insert AFTER INSERT ON water BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('water', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE water SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program')
  WHERE id = NEW.id AND (NEW.revision IS NOT (SELECT max(seq) FROM minqing_change)
    OR NEW.updated_at IS NULL OR NEW.updated_by IS NULL);
END;

DROP TRIGGER land_use_logs_insert;
CREATE TRIGGER land_use_logs_insert AFTER INSERT ON land_use BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('land_use', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE land_use SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program')
  WHERE id = NEW.id AND (NEW.revision IS NOT (SELECT max(seq) FROM minqing_change)
    OR NEW.updated_at IS NULL OR NEW.updated_by IS NULL);
END;
