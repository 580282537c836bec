"""The tables that a GeoPackage of one layer needs, as SQL (OGC 12-128r19, annex C and F.3)."""

LAYER = "hits"
SRS_ID = 4326

_WGS_84 = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,'
    'AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,'
    'AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],'
    'AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]'
)

CORE = f"""
PRAGMA application_id = 0x47504B47;
PRAGMA user_version = 10400;
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT
);
INSERT INTO gpkg_spatial_ref_sys VALUES
  ('Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined', NULL),
  ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', NULL),
  ('WGS 84 geodetic', {SRS_ID}, 'EPSG', 4326, '{_WGS_84}', 'longitude and latitude in degrees');
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id)
);
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents (table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id)
);
CREATE TABLE gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
  scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name)
);
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
  f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256),
  styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT,
  owner TEXT(30), ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id)
  VALUES ('layer_styles', 'attributes', 'layer_styles', 0);
"""
"""The tables of every GeoPackage, and the one in which QGIS keeps styles."""

INSERT_STYLE = f"""
INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column,
  styleName, styleQML, styleSLD, useAsDefault, description, owner)
  VALUES ('', '', '{LAYER}', 'geom', '{LAYER}', ?, '', 1, 'outlines; pictures as map tips', '')
"""

RTREE = f"""
INSERT INTO gpkg_extensions VALUES ('{LAYER}', 'geom', 'gpkg_rtree_index',
  'http://www.geopackage.org/spec120/#extension_rtree', 'write-only');
CREATE VIRTUAL TABLE rtree_{LAYER}_geom USING rtree(id, minx, maxx, miny, maxy);
"""

_NEW = "NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom)"
_NO_NEW = "NEW.geom ISNULL OR ST_IsEmpty(NEW.geom)"
_OLD = "OLD.geom NOTNULL AND NOT ST_IsEmpty(OLD.geom)"
_NO_OLD = "OLD.geom ISNULL OR ST_IsEmpty(OLD.geom)"
_ENTRY = "NEW.fid, ST_MinX(NEW.geom), ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom)"
_TREE = f"rtree_{LAYER}_geom"

RTREE_TRIGGERS = f"""
CREATE TRIGGER {_TREE}_insert AFTER INSERT ON {LAYER} WHEN ({_NEW})
  BEGIN INSERT OR REPLACE INTO {_TREE} VALUES ({_ENTRY}); END;
CREATE TRIGGER {_TREE}_update2 AFTER UPDATE OF geom ON {LAYER}
  WHEN OLD.fid = NEW.fid AND ({_NO_NEW})
  BEGIN DELETE FROM {_TREE} WHERE id = OLD.fid; END;
CREATE TRIGGER {_TREE}_update4 AFTER UPDATE ON {LAYER}
  WHEN OLD.fid != NEW.fid AND ({_NO_NEW})
  BEGIN DELETE FROM {_TREE} WHERE id IN (OLD.fid, NEW.fid); END;
CREATE TRIGGER {_TREE}_update5 AFTER UPDATE ON {LAYER}
  WHEN OLD.fid != NEW.fid AND ({_NEW})
  BEGIN
    DELETE FROM {_TREE} WHERE id = OLD.fid;
    INSERT OR REPLACE INTO {_TREE} VALUES ({_ENTRY});
  END;
CREATE TRIGGER {_TREE}_update6 AFTER UPDATE OF geom ON {LAYER}
  WHEN OLD.fid = NEW.fid AND ({_NEW}) AND ({_OLD})
  BEGIN
    UPDATE {_TREE} SET minx = ST_MinX(NEW.geom), maxx = ST_MaxX(NEW.geom),
      miny = ST_MinY(NEW.geom), maxy = ST_MaxY(NEW.geom) WHERE id = NEW.fid;
  END;
CREATE TRIGGER {_TREE}_update7 AFTER UPDATE OF geom ON {LAYER}
  WHEN OLD.fid = NEW.fid AND ({_NEW}) AND ({_NO_OLD})
  BEGIN INSERT INTO {_TREE} VALUES ({_ENTRY}); END;
CREATE TRIGGER {_TREE}_delete AFTER DELETE ON {LAYER} WHEN OLD.geom NOT NULL
  BEGIN DELETE FROM {_TREE} WHERE id = OLD.fid; END;
"""
"""What keeps the R-tree when the layer is edited (annex F.3, version 1.4)."""
