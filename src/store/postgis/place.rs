//! Where a PostGIS store is: one database that one or several hosts may hold, one of them the primary.

use std::fmt;
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;

use crate::store::StoreError;

/// An address for `pg_dump` and its like, the password apart.
#[derive(Clone)]
pub(in crate::store) struct PrimaryUrl {
    pub(in crate::store) url: String,
    pub(in crate::store) password: Option<String>,
}

/// A database, with every host that may be its primary: `postgres://user:password@host1:5432,host2:5433/database`.
#[derive(Clone)]
pub struct Database {
    hosts: Vec<PgConnectOptions>,
    /// The same for other programs.
    urls: Vec<PrimaryUrl>,
    /// Without the password.
    shown: String,
}

impl Database {
    /// The database that `url` names.
    ///
    /// # Errors
    /// [`StoreError::UnknownLocation`] where it is no such address.
    pub(crate) fn parse(url: &str) -> Result<Self, StoreError> {
        let unknown = || StoreError::UnknownLocation {
            given: without_password(url),
        };
        let (scheme, rest) = url.split_once("://").ok_or_else(unknown)?;
        if !matches!(scheme, "postgres" | "postgresql") {
            return Err(unknown());
        }
        let (authority, tail) = match rest.find(['/', '?']) {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        let (user, hosts) = match authority.rsplit_once('@') {
            Some((user, hosts)) => (format!("{user}@"), hosts),
            None => (String::new(), authority),
        };
        let name = user.trim_end_matches('@');
        let (name, password) = match name.split_once(':') {
            Some((name, password)) => (name, Some(password)),
            None => (name, None),
        };
        let at = if name.is_empty() { "" } else { "@" };
        let password = password.map(|password| {
            percent_encoding::percent_decode_str(password)
                .decode_utf8_lossy()
                .into_owned()
        });
        let urls = hosts.split(',').map(|host| PrimaryUrl {
            url: format!("postgresql://{name}{at}{host}{tail}"),
            password: password.clone(),
        });
        let urls = urls.collect();
        let hosts = hosts
            .split(',')
            .map(|host| PgConnectOptions::from_str(&format!("postgres://{user}{host}{tail}")))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_not_an_address| unknown())?;
        if hosts.iter().any(|host| host.get_database().is_none()) {
            return Err(unknown());
        }
        Ok(Self {
            hosts: hosts
                .into_iter()
                .map(|host| host.application_name("minqing"))
                .collect(),
            urls,
            shown: without_password(url),
        })
    }

    /// How the database's own programs reach the host that takes writes.
    pub(in crate::store) async fn primary_url(&self) -> Result<PrimaryUrl, StoreError> {
        let primary = super::primary(self).await?;
        let at = self.hosts.iter().position(|host| {
            (host.get_host(), host.get_port()) == (primary.get_host(), primary.get_port())
        });
        let url = at.and_then(|at| self.urls.get(at)).cloned();
        url.ok_or_else(|| StoreError::Unavailable {
            reason: "no host takes writes".to_owned(),
        })
    }

    /// How to connect to each host, in the order given.
    pub(super) fn hosts(&self) -> &[PgConnectOptions] {
        &self.hosts
    }
}

impl PartialEq for Database {
    fn eq(&self, other: &Self) -> bool {
        self.shown == other.shown
    }
}

impl Eq for Database {}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// The address as it may be shown: the password is not, nor what stands after the question mark.
fn without_password(url: &str) -> String {
    let url = url.split_once('?').map_or(url, |(before, _)| before);
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    match rest.rsplit_once('@') {
        Some((user, hosts)) => {
            let name = user.split_once(':').map_or(user, |(name, _)| name);
            format!("{scheme}://{name}@{hosts}")
        }
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_host_is_kept_and_the_password_is_not_shown() {
        let database =
            Database::parse("postgres://map:s%40crt@one:5433,two,[::1]:5434/city?sslmode=disable")
                .unwrap();
        let hosts: Vec<_> = database
            .hosts()
            .iter()
            .map(|host| {
                (
                    host.get_host().to_owned(),
                    host.get_port(),
                    host.get_database(),
                )
            })
            .collect();
        let named = |host: &str, port| (host.to_owned(), port, Some("city"));
        assert_eq!(
            hosts,
            [named("one", 5433), named("two", 5432), named("[::1]", 5434)]
        );
        assert_eq!(
            format!("{database} {database:?}"),
            "postgres://map@one:5433,two,[::1]:5434/city postgres://map@one:5433,two,[::1]:5434/city"
        );
    }

    #[test]
    fn what_names_no_database_is_refused_without_its_password() {
        for wrong in [
            "postgres://u:geheim@host",
            "mysql://u:geheim@host/d",
            "postgres://u:geheim@ho st:x/d",
        ] {
            let said = Database::parse(wrong).unwrap_err().to_string();
            assert!(!said.contains("geheim"), "{said}");
        }
    }
}
