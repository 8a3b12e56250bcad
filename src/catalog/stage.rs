//! `[adapter.stage]`: the table that a registration of GENERIC declares.

use super::page::{Entry, Given, Page};
use super::{Registration, Version};
use crate::store::names;
use eaid_adapters::generic::{Column, Kind, NAME, Place, Stage, declare};
use eaid_adapters::routine::Routine;

/// Where the values of a stage stand in the file.
struct Places {
    message: usize,
    table: usize,
    depara: usize,
    stage: usize,
    key: Vec<usize>,
    columns: Vec<Vec<(&'static str, usize)>>,
}

/// The routine that the registration declares; what is wrong with it is noted.
pub(super) fn staged<'t>(
    page: &mut Page<'t>,
    routine: &Given<String>,
    message: Option<&Given<String>>,
    version: Option<&Given<Version>>,
    stage: Option<Entry<'t>>,
) -> Option<&'static Routine> {
    let Some(stage) = stage else {
        let reason = format!("{NAME} needs a [adapter.stage] with `table`, `key` and `columns`");
        page.problem(routine.at, reason);
        return None;
    };
    let before = page.count();
    let (stage, places) = read(page, stage, message.map_or(routine.at, |message| message.at))?;
    check_names(page, &stage, &places);
    let (message, version) = (message?, version?);
    let declared = declare(message.value.trim(), version.value.major, &stage);
    for mistake in declared.as_ref().err().into_iter().flatten() {
        page.problem(places.of(mistake.place), mistake.reason.as_str());
    }
    declared.ok().filter(|_| page.count() == before)
}

fn read<'t>(page: &mut Page<'t>, mut entry: Entry<'t>, message: usize) -> Option<(Stage, Places)> {
    let before = page.count();
    let table = entry.needed(page, "table");
    let key = entry.texts(page, "key");
    let depara = entry.text(page, "depara");
    let columns: Vec<_> =
        entry.tables(page, "columns").into_iter().filter_map(|column| read_column(page, column)).collect();
    let at = entry.at;
    entry.finish(page);
    if page.count() > before {
        return None;
    }
    let table = table?;
    let (columns, places) = columns.into_iter().unzip();
    let places = Places {
        message,
        table: table.at,
        depara: depara.as_ref().map_or(at, |depara| depara.at),
        stage: at,
        key: key.iter().map(|name| name.at).collect(),
        columns: places,
    };
    let key = key.into_iter().map(|name| name.value).collect();
    let depara = depara.map_or_else(String::new, |depara| depara.value);
    Some((Stage { table: table.value, key, depara, columns }, places))
}

fn read_column<'t>(page: &mut Page<'t>, mut entry: Entry<'t>) -> Option<(Column, Vec<(&'static str, usize)>)> {
    let (name, at) = (entry.needed(page, "name"), entry.needed(page, "at"));
    let kind = entry.one_of(page, "type", Kind::ALL);
    let (length, decimals) = (entry.number(page, "length"), entry.number(page, "decimals"));
    let (required, personal) = (entry.flag(page, "required"), entry.flag(page, "personal"));
    entry.finish(page);
    let (name, at, kind) = (name?, at?, kind?);
    let places = vec![("name", name.at), ("at", at.at), ("length", length.at), ("decimals", decimals.at)];
    let column = Column {
        name: name.value,
        at: at.value,
        kind: kind.value,
        length: length.value,
        decimals: decimals.value,
        required: required.value,
        personal: personal.value,
    };
    Some((column, places))
}

/// Names that the database has taken.
fn check_names(page: &mut Page<'_>, stage: &Stage, places: &Places) {
    if let Some(reason) = names::taken(&stage.table) {
        page.problem(places.table, reason);
    }
    for (place, column) in stage.columns.iter().enumerate() {
        if let Some(reason) = names::reserved(&column.name) {
            page.problem(places.of(Place::Column(place, "name")), reason);
        }
    }
}

/// Registrations whose table an earlier one declares otherwise. Two versions of a message may share a table.
pub(super) fn tables_at_odds(all: &[Registration]) -> Vec<(usize, String)> {
    let declared = |known: &&Registration| known.routine.name == NAME;
    let mut found = Vec::new();
    for (index, later) in all.iter().enumerate().filter(|(_, known)| declared(known)) {
        let mine = later.routine.tables[0];
        let other = all[..index].iter().filter(declared).find(|earlier| earlier.routine.tables[0] == mine);
        if let Some(earlier) = other.filter(|earlier| !std::ptr::eq(earlier.routine.tables[0], mine)) {
            let (table, line) = (mine.name, earlier.line);
            found.push((later.line, format!("table `{table}` has another key or other columns in line {line}")));
        }
    }
    found
}

impl Places {
    fn of(&self, place: Place) -> usize {
        let found = match place {
            Place::Message => Some(self.message),
            Place::Table => Some(self.table),
            Place::DePara => Some(self.depara),
            Place::Columns => None,
            Place::Key(place) => self.key.get(place).copied(),
            Place::Column(place, value) => {
                let values = self.columns.get(place);
                values.and_then(|values| values.iter().find(|(name, _)| *name == value)).map(|(_, at)| *at)
            }
        };
        found.unwrap_or(self.stage)
    }
}
