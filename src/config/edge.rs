//! Settings of the edge: under which names the service is reached, from which pages, through which proxies, by how many.

use clap::Args;

use crate::api::{BasePath, EdgeSettings, HostName, Origin, Proxies};

/// Who may reach the service, and how.
#[derive(Debug, Args)]
pub struct EdgeArgs {
    /// A name under which the service is reached, such as map.example.gov.cn, besides IP addresses and localhost; requests
    /// to other names are refused. Several with commas
    #[arg(long, env = "MINQING_HOST", value_name = "NAME", value_delimiter = ',')]
    pub host: Vec<HostName>,
    /// The origin of web pages, such as `https://gis.example.gov.cn`, that may read and change everything as our own may;
    /// those of others may read what is public. Several with commas
    #[arg(
        long,
        env = "MINQING_ORIGIN",
        value_name = "ORIGIN",
        value_delimiter = ','
    )]
    pub origin: Vec<Origin>,
    /// Addresses or networks of proxies, with commas, whose X-Forwarded-Proto, -Host, -Port, -Prefix, -For and Forwarded
    /// are believed; `none` believes no one
    #[arg(
        long,
        env = "MINQING_TRUSTED_PROXY",
        value_name = "NETWORKS",
        default_value = "127.0.0.0/8,::1"
    )]
    pub trusted_proxy: Proxies,
    /// The path under which a proxy shows the service, such as /minqing; links lead there
    #[arg(
        long,
        env = "MINQING_BASE_PATH",
        value_name = "PATH",
        default_value = ""
    )]
    pub base_path: BasePath,
    /// The most connections at once; else as the limit of file handles allows
    #[arg(long, env = "MINQING_CONNECTIONS", value_name = "NUMBER", value_parser = number)]
    pub connections: Option<usize>,
    /// The most connections at once from one address that is no trusted proxy; else half of all
    #[arg(long, env = "MINQING_CONNECTIONS_PER_ADDRESS", value_name = "NUMBER", value_parser = number)]
    pub connections_per_address: Option<usize>,
}

impl EdgeArgs {
    /// As the edge takes them.
    pub fn settings(&self) -> EdgeSettings {
        EdgeSettings {
            hosts: self.host.clone(),
            origins: self.origin.clone(),
            proxies: self.trusted_proxy.clone(),
            base_path: self.base_path.clone(),
        }
    }
}

fn number(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..=1_000_000) => Ok(number),
        _ => Err("must be a number between 1 and 1000000".to_owned()),
    }
}
