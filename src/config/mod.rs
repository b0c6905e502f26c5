//! Every setting: a flag, else an environment variable `MINQING_*`, else a line of the settings file, else its
//! default. Start from [`Cli::read`].

mod edge;
mod file;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::check::Rules;
use crate::domain::Scope;

pub use edge::EdgeArgs;
pub use file::ConfigError;

/// 社区民情图：一个街道的图层、瓦片与空间查询。The community situation map of a subdistrict, as one service.
#[derive(Debug, Parser)]
#[command(name = "minqing", version)]
pub struct Cli {
    /// The settings file (TOML): a line for each setting, such as `listen = "127.0.0.1:8090"`; minqing.toml is read
    /// where it is there
    #[arg(long, global = true, env = "MINQING_CONFIG")]
    pub config: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the map on HTTP / 启动地图服务
    Serve(Serve),
    /// Bring a file into a layer / 导入文件
    Import(Import),
    /// Write layers to a file / 导出图层
    Export(Export),
    /// Check topology and completeness of the map / 检查拓扑与台账
    Check(Check),
    /// Which areas, building and households cover a place / 这里归谁管
    Locate(Locate),
    /// Copy the store into one file, while it is in use / 备份
    Backup(Backup),
    /// Make the store anew from such a file / 恢复
    Restore(Restore),
    /// Move a GeoPackage store into PostGIS, or back / 在文件与数据库之间迁移
    Migrate(Migrate),
    /// Write the generated demonstration data / 生成演示数据
    Demo(Demo),
}

/// Where the map is kept.
#[derive(Debug, Args)]
pub struct StoreArgs {
    /// The store: the path of a GeoPackage file, or a PostGIS database:
    /// `postgres://user:password@host[,host…]/database`
    #[arg(
        long,
        env = "MINQING_STORE",
        default_value = "data/minqing.gpkg",
        hide_env_values = true
    )]
    pub store: String,
}

/// Settings of `serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Where the map is kept.
    #[command(flatten)]
    pub store: StoreArgs,
    /// The address to listen on; another than loopback needs --insecure-open
    #[arg(long, env = "MINQING_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Who may reach the service, and how.
    #[command(flatten)]
    pub edge: EdgeArgs,
    /// Serve only the areas whose administrative code begins so, such as 610113; writes elsewhere are refused
    #[arg(long, env = "MINQING_SCOPE")]
    pub scope: Option<Scope>,
    /// Make the demo store when nothing is there
    #[arg(long, env = "MINQING_DEMO")]
    pub demo: bool,
    /// How much memory tiles may take that were made already, MiB
    #[arg(long, env = "MINQING_TILE_CACHE_MIB", default_value_t = 128, value_parser = clap::value_parser!(u64).range(..1 << 20))]
    pub tile_cache_mib: u64,
    /// The folder where uploads lie until they are committed or cancelled; else that of the store file, or the system's own
    /// for temporary files
    #[arg(long, env = "MINQING_IMPORT_FOLDER")]
    pub import_folder: Option<PathBuf>,
    /// The largest file that is taken for an import, MiB
    #[arg(long, env = "MINQING_IMPORT_MIB", default_value_t = 512, value_parser = clap::value_parser!(u64).range(1..1 << 20))]
    pub import_mib: u64,
    /// After how many seconds an upload is removed that nobody asks for
    #[arg(long, env = "MINQING_IMPORT_EXPIRY_S", default_value_t = 3600, value_parser = clap::value_parser!(u64).range(1..=7 * 86_400))]
    pub import_expiry_s: u64,
    /// What an edit may not bring out of order on the map, by the words of `minqing check`, such as overlap,gap; all else
    /// is answered with a warning. `none` refuses nothing
    #[arg(
        long,
        env = "MINQING_REFUSE",
        default_value = "overlap,duplicate_code,broken_shape"
    )]
    pub refuse: Rules,
    /// Listen on an address that others reach, though there are no accounts yet
    #[arg(long, env = "MINQING_INSECURE_OPEN")]
    pub insecure_open: bool,
}

/// How a transformation is fitted to control points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum FitMethod {
    /// Shift, turn and scale in the plane
    #[default]
    Four,
    /// Shifts, turns and scale in space, from a zone of an old datum
    Seven,
}

/// Settings of `import`.
#[derive(Debug, Args)]
pub struct Import {
    /// Where the map is kept.
    #[command(flatten)]
    pub store: StoreArgs,
    /// GeoJSON, Shapefile, CSV, Excel, ODS, GeoPackage, FlatGeobuf, KML/KMZ/OVKML, DXF or OSM PBF; a folder stands for the shapefile in it
    #[arg(required_unless_present = "undo")]
    pub file: Option<PathBuf>,
    /// The layer that the records are for; a profile may say it
    #[arg(long, required_unless_present_any = ["profile", "undo"])]
    pub layer: Option<String>,
    /// Make the layer, with a field for each column of the file: a layer of your own, of any schema
    #[arg(long, requires = "layer", conflicts_with_all = ["profile", "map", "save_profile", "on_conflict"])]
    pub new_layer: bool,
    /// The new layer is only looked at: edits over HTTP are refused
    #[arg(long, requires = "new_layer")]
    pub read_only: bool,
    /// What people read as the new layer's name
    #[arg(long, requires = "new_layer", value_name = "TEXT")]
    pub title: Option<String>,
    /// The coordinate system of the file, such as EPSG:4545, GCJ02, BD09; x before y
    #[arg(long)]
    pub crs: Option<String>,
    /// Control points as CSV (name,x,y,lon,lat): the way from Xian 1980, Beijing 1954 or a local system to the map
    #[arg(long, value_name = "FILE")]
    pub control_points: Option<PathBuf>,
    /// How many parameters are fitted to the control points; seven need the old zone by --crs, such as EPSG:2381
    #[arg(long, value_enum, default_value_t, requires = "control_points")]
    pub fit: FitMethod,
    /// The encoding of its text, such as UTF-8, GB18030, Big5; else what the file says, else what its content tells
    #[arg(long)]
    pub encoding: Option<String>,
    /// The one sheet, table, file or drawing layer to read of several
    #[arg(long)]
    pub part: Option<String>,
    /// The year of dates that are written without one
    #[arg(long, value_parser = clap::value_parser!(i16).range(1900..=2100))]
    pub year: Option<i16>,
    /// For layers of areas: take points too, each as a square that reaches this far, metres
    #[arg(long, value_parser = radius)]
    pub point_radius_m: Option<f64>,
    /// A column with the field that it is for, or with lon, lat, x, y, lonlat or wkt where it holds coordinates
    #[arg(long = "map", value_name = "COLUMN=FIELD")]
    pub map: Vec<String>,
    /// What is done with a record whose code is already there: nothing is imported, it is skipped, or it gets the
    /// values that the file gives; without a word `error`
    #[arg(long, value_parser = ["error", "skip", "update"])]
    pub on_conflict: Option<String>,
    /// Read as this profile says, where the other flags say nothing
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Remember layer, coordinate system, encoding, part, year, radius, columns and conflicts under this name
    #[arg(long, value_name = "NAME")]
    pub save_profile: Option<String>,
    /// Read, say what would change, write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Take back what an earlier import has written; its batch was said at its end
    #[arg(long, value_name = "BATCH", conflicts_with_all = ["file", "layer", "crs", "encoding", "part", "year", "point_radius_m", "map", "on_conflict", "profile", "save_profile", "dry_run", "report"])]
    pub undo: Option<String>,
    /// Write the report to this file: .json, .xlsx (error sheet) or .html
    #[arg(long)]
    pub report: Option<PathBuf>,
}

/// Metres between one and a thousand.
fn radius(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(metres) if (1.0..=1000.0).contains(&metres) => Ok(metres),
        _ => Err("must lie between 1 and 1000 metres".to_owned()),
    }
}

/// Settings of `export`.
#[derive(Debug, Args)]
pub struct Export {
    /// Where the map is kept.
    #[command(flatten)]
    pub store: StoreArgs,
    /// The layer, or `all` (GeoPackage only)
    pub layer: String,
    /// The file: .geojson, .geojsonl, .gpkg, .fgb, .csv, .xlsx, .shp.zip or .pmtiles
    #[arg(long)]
    pub to: PathBuf,
    /// The coordinate system of the file, such as EPSG:4545, GCJ02, BD09; x before y
    #[arg(long)]
    pub crs: Option<String>,
    /// The encoding of a shapefile's table: UTF-8 or GBK
    #[arg(long)]
    pub encoding: Option<String>,
    /// Only the areas whose administrative code begins so, such as 610113002
    #[arg(long)]
    pub scope: Option<Scope>,
    /// Only records that pass this CQL2 filter
    #[arg(long)]
    pub filter: Option<String>,
    /// In .csv, keep text as it is: without the `'` in front of what a spreadsheet program would run as a formula
    #[arg(long)]
    pub raw: bool,
}

/// Settings of `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// Where the map is kept.
    #[command(flatten)]
    pub store: StoreArgs,
    /// Write the faults to this file: .json, .html or .geojson
    #[arg(long)]
    pub report: Option<PathBuf>,
    /// The rule that the codes of areas and buildings follow
    #[arg(long, env = "MINQING_CODE_RULE", value_enum, default_value_t)]
    pub code_rule: CodeRules,
    /// How dedicated grids stand to basic ones
    #[arg(long, env = "MINQING_DEDICATED_GRIDS", value_enum, default_value_t)]
    pub dedicated_grids: Dedicated,
}

/// Rules of codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum CodeRules {
    /// Any text that is used once
    #[default]
    None,
    /// Xi'an's DB6101/T 3185-2024
    Db6101,
    /// Unit grids of fifteen digits
    #[value(name = "unit-grid-15")]
    UnitGrid15,
}

/// How dedicated grids stand to basic ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Dedicated {
    /// They lie over the basic grids, which alone tile the community
    #[default]
    LieOver,
    /// They are cut out of the basic grids and tile the community with them
    CutOut,
}

/// Settings of `locate`.
#[derive(Debug, Args)]
pub struct Locate {
    /// Where the map is kept.
    #[command(flatten)]
    pub store: StoreArgs,
    /// Longitude, or the x of another system
    #[arg(allow_negative_numbers = true, required_unless_present = "csv")]
    pub lon: Option<f64>,
    /// Latitude, or the y of another system
    #[arg(allow_negative_numbers = true, required_unless_present = "csv")]
    pub lat: Option<f64>,
    /// The coordinate system of the two numbers
    #[arg(long)]
    pub crs: Option<String>,
    /// A CSV file with the columns lon and lat; it is written to the standard output with the codes appended
    #[arg(long, conflicts_with_all = ["lon", "lat", "crs"])]
    pub csv: Option<PathBuf>,
}

/// Settings of `backup`.
#[derive(Debug, Args)]
pub struct Backup {
    /// Where the map is kept.
    #[command(flatten)]
    pub store: StoreArgs,
    /// The new file: a GeoPackage, or an archive of `pg_dump` where the store is a database
    pub file: PathBuf,
}

/// Settings of `restore`.
#[derive(Debug, Args)]
pub struct Restore {
    /// Where the map is to be kept; nothing may be there.
    #[command(flatten)]
    pub store: StoreArgs,
    /// The file that `backup` wrote
    pub file: PathBuf,
}

/// Settings of `migrate`.
#[derive(Debug, Args)]
pub struct Migrate {
    /// The store that is there
    #[arg(long)]
    pub from: String,
    /// The new one: the path of a GeoPackage file, or an empty database
    #[arg(long)]
    pub to: String,
}

/// Settings of `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// The seed: the same seed makes the same bytes
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// How much: one subdistrict with everything, or a city of areas and buildings for benchmarks
    #[arg(long, value_enum, default_value_t)]
    pub size: DemoExtent,
    /// The folder to write to
    #[arg(long)]
    pub out: PathBuf,
}

/// Sizes of the demonstration.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub enum DemoExtent {
    /// One subdistrict with every layer
    #[default]
    Subdistrict,
    /// 228 subdistricts: 20,064 grids and about 285,000 buildings, no other layers
    City,
}
