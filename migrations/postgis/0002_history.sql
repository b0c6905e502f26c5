-- What a record was before each change of it, by the triggers that write the change log.
-- A version lies in `{layer}_history` once another has taken its place: `until` is the number in the change log of the
-- change that ended it. The version that counts now is the row of the layer's own table, so adding a record costs
-- nothing more, and loading the map reads no history.

-- Writes that were sent with a key of their own, so that a repeated one is answered and not done again.
CREATE TABLE minqing_answered (
  key text NOT NULL,
  asked text NOT NULL,
  answer text,
  revision bigint,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT minqing_answered_pk PRIMARY KEY (key)
);
CREATE INDEX minqing_answered_at ON minqing_answered (at);
COMMENT ON TABLE minqing_answered IS '带幂等键的写入';

-- Before this revision nothing is known of earlier versions.
INSERT INTO minqing_setting SELECT 'history_from', coalesce(max(revision), 0) FROM minqing_commit;

-- The revision at which the change with the number `seq` became visible.
CREATE FUNCTION minqing_visible_from(seq bigint) RETURNS bigint LANGUAGE sql STABLE AS
$$ SELECT coalesce((SELECT m.revision FROM minqing_change c JOIN minqing_commit m ON m.tx = c.tx WHERE c.seq = $1), $1) $$;

-- Makes the table of the earlier versions of `layer`.
CREATE PROCEDURE minqing_keeps(layer text) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TABLE %I (LIKE %I, until bigint NOT NULL)', layer || '_history', layer);
  EXECUTE format('CREATE INDEX %I ON %I (id)', layer || '_history_id', layer || '_history');
  EXECUTE format('COMMENT ON TABLE %I IS %L', layer || '_history', '历史版本，由触发器写入');
END $$;

-- The columns of an earlier version, each after `prefix`.
CREATE FUNCTION minqing_kept_columns(layer text, prefix text) RETURNS text
LANGUAGE sql STABLE SET search_path FROM CURRENT AS
$$ SELECT string_agg(prefix || quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
   WHERE attrelid = (layer || '_history')::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'until' $$;

CREATE OR REPLACE FUNCTION minqing_log() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  opened bigint;
  top bigint;
BEGIN
  IF minqing_as_is() THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'INSERT' THEN
    SELECT max(id) INTO top FROM came;
    IF top IS NULL THEN
      RETURN NULL;
    END IF;
    opened := minqing_open();
    INSERT INTO minqing_change SELECT revision, opened, TG_ARGV[0], id, 'insert', minqing_who() FROM came;
    -- an id that came with the row is not given again
    EXECUTE format('SELECT setval(%L, $1) FROM %I WHERE last_value < $1', TG_ARGV[0] || '_id', TG_ARGV[0] || '_id')
      USING top;
  ELSIF TG_OP = 'UPDATE' THEN
    IF NOT EXISTS (SELECT FROM came) THEN
      RETURN NULL;
    END IF;
    opened := minqing_open();
    EXECUTE format('WITH gone AS (INSERT INTO minqing_change
        SELECT nextval(''minqing_revision''), $1, $2, id, ''delete'', minqing_who()
        FROM went WHERE NOT EXISTS (SELECT FROM came WHERE came.id = went.id) RETURNING seq, feature_id),
      ends AS (SELECT feature_id AS id, seq AS until FROM gone UNION ALL SELECT id, revision FROM came)
      INSERT INTO %I (%s, until) SELECT %s, ends.until FROM went JOIN ends ON ends.id = went.id',
      TG_ARGV[0] || '_history', minqing_kept_columns(TG_ARGV[0], ''), minqing_kept_columns(TG_ARGV[0], 'went.'))
      USING opened, TG_ARGV[0];
    INSERT INTO minqing_change SELECT revision, opened, TG_ARGV[0], id, 'update', minqing_who() FROM came;
  ELSE
    IF NOT EXISTS (SELECT FROM went) THEN
      RETURN NULL;
    END IF;
    opened := minqing_open();
    EXECUTE format('WITH gone AS (INSERT INTO minqing_change
        SELECT nextval(''minqing_revision''), $1, $2, id, ''delete'', minqing_who() FROM went RETURNING seq, feature_id)
      INSERT INTO %I (%s, until) SELECT %s, gone.seq FROM went JOIN gone ON gone.feature_id = went.id',
      TG_ARGV[0] || '_history', minqing_kept_columns(TG_ARGV[0], ''), minqing_kept_columns(TG_ARGV[0], 'went.'))
      USING opened, TG_ARGV[0];
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION minqing_log_truncate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  EXECUTE format('WITH gone AS (INSERT INTO minqing_change
      SELECT nextval(''minqing_revision''), $1, $2, id, ''delete'', $3 FROM %1$I.%2$I RETURNING seq, feature_id)
    INSERT INTO %3$I (%4$s, until) SELECT %5$s, gone.seq FROM %1$I.%2$I went JOIN gone ON gone.feature_id = went.id',
    TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_ARGV[0] || '_history', minqing_kept_columns(TG_ARGV[0], ''),
    minqing_kept_columns(TG_ARGV[0], 'went.')) USING minqing_open(), TG_ARGV[0], minqing_who();
  RETURN NULL;
END $$;

CALL minqing_keeps('subdistricts');
CALL minqing_keeps('communities');
CALL minqing_keeps('grids');
CALL minqing_keeps('compounds');
CALL minqing_keeps('buildings');
CALL minqing_keeps('entrances');
CALL minqing_keeps('households');
CALL minqing_keeps('risk_points');
CALL minqing_keeps('facilities');
CALL minqing_keeps('renovation_projects');
CALL minqing_keeps('inspection_targets');
CALL minqing_keeps('cases');
CALL minqing_keeps('posts');
CALL minqing_keeps('inspections');
CALL minqing_keeps('transitions');
CALL minqing_keeps('roads');
CALL minqing_keeps('water');
CALL minqing_keeps('land_use');
