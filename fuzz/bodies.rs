//! What each fuzz target does with its bytes. Nothing may panic, whatever they are.
//!
//! `fuzz/run` runs these on bytes that it makes up, `tests/fuzzed.rs` on the files of `corpus/`.

#[path = "../schemas/tests/decoding/anything.rs"]
mod anything;

use anything::read_as_anything;
use chrono::{DateTime, Utc};
use eaid::catalog::{Catalog, compiled, read};
use eaid::config::{self, Config};
use eaid::decide::lay::{Arrival, lay};
use eaid::decide::{Moment, batch, wants};
use eaid::operate::depara;
use eaid::store::Found;
use eaid_adapters::books::{Books, FILES};
use eaid_adapters::world::World;
use eaid_schemas::envelope::Limits;
use eaid_schemas::messages::{Form, MESSAGES};
use eaid_schemas::pdvsync::Call;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use uuid::Uuid;

/// What a target does.
pub type Body = fn(&[u8]);

/// Every target by its name.
pub const TARGETS: [(&str, Body); 9] = [
    ("envelope_json", envelope_json),
    ("envelope_xml", envelope_xml),
    ("content", content),
    ("pdvsync", pdvsync),
    ("reference", reference),
    ("depara", depara_import),
    ("adapters_toml", adapters_toml),
    ("routes_toml", routes_toml),
    ("eaid_toml", eaid_toml),
];

const LIMITS: Limits = Limits { body: 1 << 20, depth: 32, items: 1000 };

/// A configuration with the shipped catalog.
static SHIPPED: LazyLock<(Config, Catalog)> = LazyLock::new(|| {
    let config = config::defaults().expect("the defaults are right");
    let catalog = read::catalog(&config, &compiled::texts()).expect("the shipped catalog is right");
    (config, catalog)
});

/// An envelope in JSON.
pub fn envelope_json(bytes: &[u8]) {
    read_as_anything(bytes, Some("application/json"), &LIMITS);
    decided(bytes, "application/json");
}

/// An envelope in XML.
pub fn envelope_xml(bytes: &[u8]) {
    read_as_anything(bytes, Some("application/xml"), &LIMITS);
    decided(bytes, "application/xml");
}

/// The content of a message, in an envelope that is right. The first byte chooses the message.
pub fn content(bytes: &[u8]) {
    let Some((choice, content)) = bytes.split_first() else { return };
    let message = &MESSAGES[usize::from(*choice) % MESSAGES.len()];
    if let Form::Bare(_) = message.form {
        return envelope_json(content);
    }
    let header = format!(
        r#"{{"Header":{{"UUID":"6f1c2d64-0b2e-4a53-9c0e-5a1f9d1f0001","Type":"BusinessMessage","SubType":"event",
            "Event":"upsert","Transaction":"{}","Version":"{}","SourceApplication":"OMNI","ProductName":"OMNI",
            "CompanyId":"01","BranchId":"0101","GeneratedOn":"2026-11-20T14:30:12-03:00","DeliveryType":"async"}},
            "Content":"#,
        message.name,
        message.newest()
    );
    envelope_json(&[header.as_bytes(), content, b"}"].concat());
}

/// A body of PDVSync. The first byte chooses the call.
pub fn pdvsync(bytes: &[u8]) {
    let Some((choice, body)) = bytes.split_first() else { return };
    let calls = [Call::Order, Call::Cancel, Call::Customer, Call::Offer];
    decided(body, calls[usize::from(*choice) % calls.len()].content_type());
}

/// A reference table beside the shipped ones. The first byte chooses which.
pub fn reference(bytes: &[u8]) {
    let Some((choice, text)) = bytes.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let chosen = FILES[usize::from(*choice) % FILES.len()];
    let tables = compiled::texts().reference.1;
    let (config, _) = &*SHIPPED;
    let text_of = |name: &str| {
        let shipped = || tables.iter().find(|(known, _)| *known == name).map(|(_, text)| text.clone());
        if name == chosen { Some(text.to_owned()) } else { shipped() }
    };
    drop(Books::read(config.retail.clone(), config.pdvsync.clone(), text_of));
}

/// A sheet of De/Para.
pub fn depara_import(bytes: &[u8]) {
    for skips_empty in [false, true] {
        drop(depara::read("depara.csv", bytes, skips_empty));
    }
}

/// Registrations.
pub fn adapters_toml(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut texts = compiled::texts();
    text.clone_into(&mut texts.adapters.1);
    drop(read::catalog(&SHIPPED.0, &texts));
}

/// Routes.
pub fn routes_toml(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut texts = compiled::texts();
    text.clone_into(&mut texts.routes.1);
    drop(read::catalog(&SHIPPED.0, &texts));
}

/// The configuration.
pub fn eaid_toml(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    drop(config::read(text));
}

/// Decides a body as the daemon does, in a world in which nothing is known.
fn decided(body: &[u8], content_type: &str) {
    let (_, catalog) = &*SHIPPED;
    let received_at = DateTime::<Utc>::UNIX_EPOCH;
    let arrival = Arrival {
        id: Uuid::nil(),
        body: Arc::from(body),
        content_type: Some(content_type.into()),
        origin: "amqp".into(),
        redelivered: false,
        may_wait: true,
        received_at,
    };
    let laid = [lay(arrival, catalog, &LIMITS)];
    let now = received_at.fixed_offset();
    let mut world = World::new(now, wants(&laid, catalog));
    let mut fresh = Uuid::nil;
    let mut at = Moment::new(now, Duration::from_secs(600), &mut fresh);
    let decided = batch(&laid, catalog, &LIMITS, Found::default(), &mut world, &mut at);
    for settled in &decided.batch.settled {
        // A panic of a routine is caught there, and told as this.
        let has_failed = settled.violations.iter().any(|found| found.text.contains("a rotina falhou"));
        assert!(!has_failed, "a routine panicked");
    }
}
