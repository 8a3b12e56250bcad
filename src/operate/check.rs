//! What `eaid check` looks at.

use super::read_catalog;
use crate::bus::amqp;
use crate::bus::http::{HttpSettings, tls};
use crate::config::Config;
use crate::store::open;
use chrono::Utc;
use eaid_adapters::TABLES;
use eaid_adapters::samples::SAMPLES;
use serde::Serialize;

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// Whether it is in order.
    pub ok: bool,
    /// What was looked at.
    pub what: String,
    /// What was found.
    pub text: String,
}

fn finding(ok: bool, what: &str, text: impl Into<String>) -> Finding {
    Finding { ok, what: what.to_owned(), text: text.into() }
}

/// Files: the catalog, the tables, the samples.
pub fn offline(config: &Config) -> Vec<Finding> {
    let mut findings = vec![finding(true, "configuration", "read, no unknown key")];
    match read_catalog(config) {
        Ok(catalog) => {
            let (adapters, routes) = (catalog.registrations.len(), catalog.routes.len());
            findings.push(finding(adapters > 0, "config adapters", format!("{adapters} registrations")));
            findings.push(finding(routes > 0, "config routes", format!("{routes} routes")));
            for (file, rows) in catalog.books.counts() {
                findings.push(finding(true, "config reference", format!("{file}: {rows} rows")));
            }
        }
        Err(problems) => findings.extend(problems.iter().map(|problem| finding(false, "config", problem.to_string()))),
    }
    if config.http.enabled {
        findings.push(door(&config.http));
    }
    let failed: Vec<_> = SAMPLES.iter().filter_map(|sample| Some((sample, sample.run().err()?))).collect();
    let good = format!("{} of {} as expected", SAMPLES.len() - failed.len(), SAMPLES.len());
    findings.push(finding(failed.is_empty(), "samples", good));
    let told = failed.iter().map(|(sample, why)| finding(false, "sample", format!("{}: {why}", sample.name)));
    findings.extend(told);
    findings
}

/// HTTP: its settings, and the files of its certificate.
fn door(settings: &HttpSettings) -> Finding {
    let listen = &settings.listen;
    match settings.problem().map_or_else(|| tls::read(settings), Err) {
        Err(problem) => finding(false, "config http", problem),
        Ok(None) => finding(true, "config http", format!("http on {listen}")),
        Ok(Some(tls)) => {
            let (is_good, day) = (tls.until > Utc::now(), tls.until.format("%Y-%m-%d"));
            finding(is_good, "config http", format!("https on {listen}, certificate until {day}"))
        }
    }
}

/// Servers: the database and its migrations, the broker and its topology. Changes nothing.
pub async fn online(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    let tables = read_catalog(config).map_or_else(|_| TABLES.to_vec(), |catalog| catalog.tables());
    let health = match open(config.database_url()).await {
        Ok(store) => store.health(&tables).await,
        Err(fault) => Err(fault),
    };
    findings.push(match health {
        Ok(health) if !health.odds.is_empty() => finding(false, "database", health.odds.join("; ")),
        Ok(health) if health.is_migrated => finding(true, "database", format!("{}, migrated", health.engine)),
        Ok(health) if config.database.migrate => {
            finding(true, "database", format!("{}, is migrated at the next start", health.engine))
        }
        Ok(health) => finding(false, "database", format!("{}: not migrated; run `eaid migrate`", health.engine)),
        Err(fault) => finding(false, "database", fault.to_string()),
    });
    if config.amqp.enabled {
        let found = amqp::check(&config.amqp).await;
        findings.extend(found.into_iter().map(|found| {
            let text = [found.subject, found.text, found.advice].join(" — ");
            finding(!found.is_error, "broker", text.trim_end_matches(" — "))
        }));
    }
    if config.spool.enabled {
        findings.push(spool(config));
    }
    findings
}

fn spool(config: &Config) -> Finding {
    for folder in [&config.spool.inbox, &config.spool.outbox] {
        let made = std::fs::create_dir_all(folder);
        let probe = folder.join(".eaid-probe");
        if let Err(error) = made.and_then(|()| std::fs::write(&probe, b"")).and_then(|()| std::fs::remove_file(&probe))
        {
            return finding(false, "spool", format!("{}: {error}", folder.display()));
        }
    }
    finding(true, "spool", format!("{} and {}", config.spool.inbox.display(), config.spool.outbox.display()))
}
