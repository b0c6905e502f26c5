-- A code that is not in its field's list is taken from other programs, as a file takes it: the map shows the record without
-- it, and `minqing check` and `/health/ready` name it. The service itself writes none.
DO $$
DECLARE
  known record;
BEGIN
  LOOP
    -- those of a partition are free once the one they were joined with is gone
    SELECT conrelid::regclass AS relation, conname INTO known FROM pg_constraint
      WHERE contype = 'c' AND conname LIKE '%!_known' ESCAPE '!' AND conname <> 'minqing_change_op_known'
        AND coninhcount = 0 AND connamespace = current_schema()::regnamespace
      LIMIT 1;
    EXIT WHEN NOT FOUND;
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', known.relation, known.conname);
  END LOOP;
END $$;
