-- What the planning of renovations asks for: facts of compounds, floor areas of facilities, planned roads, the gates of compounds and
-- floor space that stands empty.

-- 小区
ALTER TABLE compounds ADD COLUMN "aged60_ratio" double precision;
ALTER TABLE compounds_history ADD COLUMN "aged60_ratio" double precision;
COMMENT ON COLUMN compounds."aged60_ratio" IS '60岁及以上人口占比';
ALTER TABLE compounds ADD COLUMN "floor_area_m2" double precision;
ALTER TABLE compounds_history ADD COLUMN "floor_area_m2" double precision;
COMMENT ON COLUMN compounds."floor_area_m2" IS '建筑面积';
ALTER TABLE compounds ADD COLUMN "committee" text;
ALTER TABLE compounds_history ADD COLUMN "committee" text;
COMMENT ON COLUMN compounds."committee" IS '业主组织：owners 业主委员会，residents 居民自管小组，none 无';
ALTER TABLE compounds ADD COLUMN "own_funds_yuan" bigint;
ALTER TABLE compounds_history ADD COLUMN "own_funds_yuan" bigint;
COMMENT ON COLUMN compounds."own_funds_yuan" IS '居民自筹资金';
ALTER TABLE compounds ADD COLUMN "long_term_plan" boolean;
ALTER TABLE compounds_history ADD COLUMN "long_term_plan" boolean;
COMMENT ON COLUMN compounds."long_term_plan" IS '长效管护方案';

-- 服务设施
ALTER TABLE facilities ADD COLUMN "floor_area_m2" double precision;
ALTER TABLE facilities_history ADD COLUMN "floor_area_m2" double precision;
COMMENT ON COLUMN facilities."floor_area_m2" IS '建筑面积';

-- 道路
ALTER TABLE roads ADD COLUMN "state" text;
ALTER TABLE roads_history ADD COLUMN "state" text;
COMMENT ON COLUMN roads."state" IS '建设状态：existing 现状，under_construction 在建，planned 规划';

-- 出入口
CREATE SEQUENCE gates_id AS bigint;
CREATE TABLE gates (
  id bigint NOT NULL DEFAULT nextval('gates_id'),
  geom geometry(Point, 4326),
  code text COLLATE "C" NOT NULL,
  name text,
  "compound_code" text,
  "kind" text,
  "opening" text,
  "width_m" double precision,
  "barrier_free" boolean,
  revision bigint NOT NULL,
  updated_at timestamptz NOT NULL,
  updated_by text NOT NULL,
  area text COLLATE "C",
  CONSTRAINT gates_pk PRIMARY KEY (id),
  CONSTRAINT gates_code_unique UNIQUE (code)
);
ALTER SEQUENCE gates_id OWNED BY gates.id;
CREATE INDEX gates_geom ON gates USING gist (geom);
CREATE INDEX gates_area ON gates (area);
CREATE INDEX gates_compound_code ON gates ("compound_code");
COMMENT ON TABLE gates IS '出入口';
COMMENT ON COLUMN gates.id IS '标识（不变）';
COMMENT ON COLUMN gates.code IS '编码';
COMMENT ON COLUMN gates.name IS '名称';
COMMENT ON COLUMN gates.revision IS '修订号';
COMMENT ON COLUMN gates.updated_at IS '更新时间';
COMMENT ON COLUMN gates.updated_by IS '更新人';
COMMENT ON COLUMN gates.area IS '所属行政区划代码（自动）';
COMMENT ON COLUMN gates.geom IS '图形（WGS 84，先经度后纬度）';
COMMENT ON COLUMN gates."compound_code" IS '所属小区编码';
COMMENT ON COLUMN gates."kind" IS '通行类型：shared 人车共用，pedestrian 仅行人，vehicle 仅车辆，emergency 应急通道';
COMMENT ON COLUMN gates."opening" IS '开放时间';
COMMENT ON COLUMN gates."width_m" IS '净宽';
COMMENT ON COLUMN gates."barrier_free" IS '无障碍通行';
CREATE FUNCTION minqing_stamp_gates() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  NEW.area := NULL;
  IF NEW.area IS NULL AND NEW."compound_code" IS NOT NULL THEN
    NEW.area := (SELECT area FROM compounds WHERE code = NEW."compound_code");
  END IF;
  IF NEW.area IS NULL AND NEW.geom IS NOT NULL THEN
    NEW.area := minqing_area_at(NEW.geom);
  END IF;
  IF minqing_as_is() THEN
    RETURN NEW;
  END IF;
  NEW.revision := nextval('minqing_revision');
  NEW.updated_at := minqing_now();
  NEW.updated_by := minqing_who();
  RETURN NEW;
END $$;
CREATE TRIGGER gates_stamp BEFORE INSERT OR UPDATE ON gates
  FOR EACH ROW EXECUTE FUNCTION minqing_stamp_gates();
CALL minqing_logs('gates', 'gates');
CALL minqing_keeps('gates');

-- Its area follows that of the record above it.
CREATE OR REPLACE FUNCTION minqing_areas_compounds() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  UPDATE buildings c SET area = p.area FROM came p
    WHERE c."compound_code" = p.code AND p.area IS NOT NULL AND c.area IS DISTINCT FROM p.area;
  UPDATE posts c SET area = p.area FROM came p
    WHERE c."target_code" = p.code AND p.area IS NOT NULL AND c.area IS DISTINCT FROM p.area;
  UPDATE gates c SET area = p.area FROM came p
    WHERE c."compound_code" = p.code AND p.area IS NOT NULL AND c.area IS DISTINCT FROM p.area;
  RETURN NULL;
END $$;

-- 闲置空间
CREATE SEQUENCE vacant_spaces_id AS bigint;
CREATE TABLE vacant_spaces (
  id bigint NOT NULL DEFAULT nextval('vacant_spaces_id'),
  geom geometry(Point, 4326),
  code text COLLATE "C" NOT NULL,
  name text,
  "building_code" text,
  "address" text,
  "floor" bigint,
  "floor_area_m2" double precision,
  "former_use" text,
  "owner_unit" text,
  "vacant_since" date,
  revision bigint NOT NULL,
  updated_at timestamptz NOT NULL,
  updated_by text NOT NULL,
  area text COLLATE "C",
  CONSTRAINT vacant_spaces_pk PRIMARY KEY (id),
  CONSTRAINT vacant_spaces_code_unique UNIQUE (code)
);
ALTER SEQUENCE vacant_spaces_id OWNED BY vacant_spaces.id;
CREATE INDEX vacant_spaces_geom ON vacant_spaces USING gist (geom);
CREATE INDEX vacant_spaces_area ON vacant_spaces (area);
CREATE INDEX vacant_spaces_building_code ON vacant_spaces ("building_code");
COMMENT ON TABLE vacant_spaces IS '闲置空间';
COMMENT ON COLUMN vacant_spaces.id IS '标识（不变）';
COMMENT ON COLUMN vacant_spaces.code IS '编码';
COMMENT ON COLUMN vacant_spaces.name IS '名称';
COMMENT ON COLUMN vacant_spaces.revision IS '修订号';
COMMENT ON COLUMN vacant_spaces.updated_at IS '更新时间';
COMMENT ON COLUMN vacant_spaces.updated_by IS '更新人';
COMMENT ON COLUMN vacant_spaces.area IS '所属行政区划代码（自动）';
COMMENT ON COLUMN vacant_spaces.geom IS '图形（WGS 84，先经度后纬度）';
COMMENT ON COLUMN vacant_spaces."building_code" IS '所属楼栋编码';
COMMENT ON COLUMN vacant_spaces."address" IS '地址';
COMMENT ON COLUMN vacant_spaces."floor" IS '楼层';
COMMENT ON COLUMN vacant_spaces."floor_area_m2" IS '建筑面积';
COMMENT ON COLUMN vacant_spaces."former_use" IS '原用途';
COMMENT ON COLUMN vacant_spaces."owner_unit" IS '产权单位';
COMMENT ON COLUMN vacant_spaces."vacant_since" IS '闲置起始日期';
CREATE FUNCTION minqing_stamp_vacant_spaces() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  NEW.area := NULL;
  IF NEW.area IS NULL AND NEW."building_code" IS NOT NULL THEN
    NEW.area := (SELECT area FROM buildings WHERE code = NEW."building_code");
  END IF;
  IF NEW.area IS NULL AND NEW.geom IS NOT NULL THEN
    NEW.area := minqing_area_at(NEW.geom);
  END IF;
  IF minqing_as_is() THEN
    RETURN NEW;
  END IF;
  NEW.revision := nextval('minqing_revision');
  NEW.updated_at := minqing_now();
  NEW.updated_by := minqing_who();
  RETURN NEW;
END $$;
CREATE TRIGGER vacant_spaces_stamp BEFORE INSERT OR UPDATE ON vacant_spaces
  FOR EACH ROW EXECUTE FUNCTION minqing_stamp_vacant_spaces();
CALL minqing_logs('vacant_spaces', 'vacant_spaces');
CALL minqing_keeps('vacant_spaces');

-- Its area follows that of the record above it.
CREATE OR REPLACE FUNCTION minqing_areas_buildings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  UPDATE entrances c SET area = p.area FROM came p
    WHERE c."building_code" = p.code AND p.area IS NOT NULL AND c.area IS DISTINCT FROM p.area;
  UPDATE households c SET area = p.area FROM came p
    WHERE c."building_code" = p.code AND p.area IS NOT NULL AND c.area IS DISTINCT FROM p.area;
  UPDATE posts c SET area = p.area FROM came p
    WHERE c."target_code" = p.code AND p.area IS NOT NULL AND c.area IS DISTINCT FROM p.area;
  UPDATE vacant_spaces c SET area = p.area FROM came p
    WHERE c."building_code" = p.code AND p.area IS NOT NULL AND c.area IS DISTINCT FROM p.area;
  RETURN NULL;
END $$;
