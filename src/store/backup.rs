//! A consistent copy of a store while it is used, and a store made from such a copy.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use tokio::process::Command;

use crate::store::geopackage::GeoPackage;
use crate::store::postgis::Database;
use crate::store::{Store, StoreError, StoreLocation, postgis};

/// What a custom-format archive of `pg_dump` begins with.
const ARCHIVE: &[u8] = b"PGDMP";

/// Copies the store at `location` into the new file `to`, as it is at one moment: a GeoPackage of its own, or an
/// archive of `pg_dump`.
///
/// # Errors
/// [`StoreError::AlreadyThere`] where `to` is, else what the system says; nothing is left at `to` then.
pub async fn backup(location: &StoreLocation, to: &Path) -> Result<(), StoreError> {
    if to.exists() {
        return Err(StoreError::AlreadyThere {
            store: to.display().to_string(),
        });
    }
    let begun = beside(to);
    let copied = match location {
        StoreLocation::GeoPackage(path) => GeoPackage::open(path, None).await?.backup(&begun).await,
        StoreLocation::Postgis(database) => dump(database, &begun).await,
    };
    let kept = match copied {
        Ok(()) => keep(&begun, to),
        Err(error) => Err(error),
    };
    if kept.is_err() {
        let _never_made = std::fs::remove_file(&begun);
    }
    kept
}

/// Makes the store at `location`, where nothing may be, from the copy `from`.
///
/// # Errors
/// [`StoreError::AlreadyThere`], [`StoreError::Newer`], [`StoreError::Damaged`] and [`StoreError::NotABackup`]; nothing
/// is left at the place then.
pub async fn restore(from: &Path, location: &StoreLocation) -> Result<(), StoreError> {
    if Store::is_there(location).await? {
        return Err(StoreError::AlreadyThere {
            store: location.to_string(),
        });
    }
    match (location, is_archive(from)?) {
        (StoreLocation::GeoPackage(path), false) => copy_back(from, path).await,
        (StoreLocation::Postgis(database), true) => undump(database, from).await,
        (_, is_archive) => Err(StoreError::NotABackup {
            path: from.to_owned(),
            is_archive,
        }),
    }
}

fn is_archive(file: &Path) -> Result<bool, StoreError> {
    let mut head = [0; 5];
    let read = File::open(file).and_then(|mut file| file.read(&mut head));
    match read {
        Ok(_) => Ok(head == ARCHIVE),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(StoreError::Missing {
            path: file.to_owned(),
        }),
        Err(source) => Err(source.into()),
    }
}

async fn copy_back(from: &Path, to: &Path) -> Result<(), StoreError> {
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let begun = beside(to);
    let whole = async {
        std::fs::copy(from, &begun)?;
        // opened as a store: another program's and a newer one are refused; looked at page by page
        let copy = GeoPackage::open(&begun, None).await?;
        let damage = copy.damage().await;
        copy.close().await;
        match damage?.first() {
            Some(reason) => Err(StoreError::Damaged {
                reason: reason.clone(),
            }),
            None => keep(&begun, to),
        }
    };
    let done = whole.await;
    if done.is_err() {
        for end in ["", "-wal", "-shm"] {
            let _never_made =
                std::fs::remove_file(PathBuf::from(format!("{}{end}", begun.display())));
        }
    }
    done
}

/// The file with all that it needs is on the disk under its own name.
fn keep(begun: &Path, to: &Path) -> Result<(), StoreError> {
    File::open(begun)?.sync_all()?;
    std::fs::rename(begun, to)?;
    if let Some(folder) = to.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Where the copy grows before it takes its name.
fn beside(file: &Path) -> PathBuf {
    PathBuf::from(format!("{}.part", file.display()))
}

async fn dump(database: &Database, to: &Path) -> Result<(), StoreError> {
    let primary = database.primary_url().await?;
    let mut command = postgres_program("pg_dump", &primary);
    command
        .args(["--format=custom", "--no-owner", "--no-privileges", "--file"])
        .arg(to);
    ended_well(
        "pg_dump",
        &command.arg("--dbname").arg(&primary.url).output().await?,
    )?;
    Ok(())
}

async fn undump(database: &Database, from: &Path) -> Result<(), StoreError> {
    let primary = database.primary_url().await?;
    let mut listed = postgres_program("pg_restore", &primary);
    listed
        .args(["--data-only", "--table=_sqlx_migrations", "--file=-"])
        .arg(from);
    let migrations = ended_well("pg_restore", &listed.output().await?)?;
    let newest = newest_migration(&migrations).ok_or_else(|| StoreError::Foreign {
        store: from.display().to_string(),
    })?;
    if newest > postgis::newest_migration() {
        return Err(StoreError::Newer {
            store: from.display().to_string(),
            migration: newest,
        });
    }
    let mut command = postgres_program("pg_restore", &primary);
    // PostGIS may be there already, and its owner another
    command.args([
        "--single-transaction",
        "--exit-on-error",
        "--no-owner",
        "--no-privileges",
        "--clean",
        "--if-exists",
    ]);
    command.arg("--dbname").arg(&primary.url).arg(from);
    ended_well("pg_restore", &command.output().await?)?;
    Ok(())
}

/// The number of the newest migration in the rows of a `COPY`.
fn newest_migration(copied: &str) -> Option<i64> {
    let rows = copied
        .lines()
        .skip_while(|line| !line.starts_with("COPY "))
        .skip(1)
        .take_while(|line| *line != "\\.");
    rows.filter_map(|row| row.split('\t').next()?.parse().ok())
        .max()
}

fn postgres_program(name: &str, primary: &postgis::PrimaryUrl) -> Command {
    let mut command = Command::new(name);
    command.stdin(Stdio::null()).kill_on_drop(true);
    if let Some(password) = &primary.password {
        // not among the arguments, which every user of the machine can read
        command.env("PGPASSWORD", password);
    }
    command
}

/// What the program printed.
fn ended_well(name: &'static str, ended: &Output) -> Result<String, StoreError> {
    if ended.status.success() {
        return Ok(String::from_utf8_lossy(&ended.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&ended.stderr).trim().to_owned();
    if said.contains("input file")
        || said.contains("could not read")
        || said.contains("could not uncompress")
    {
        return Err(StoreError::Damaged { reason: said });
    }
    Err(StoreError::Program { name, said })
}
