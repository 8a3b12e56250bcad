//! The routine that a registration declares, and everything that is wrong with it, all at once.

use super::stage::{Column, Kind, Stage};
use super::tables::{self, leak};
use super::{Declared, NAME, open};
use crate::effect::Alias;
use crate::near::hint_or_all;
use crate::routine::{Open, Part, Routine};
use crate::{ROUTINES, TABLES};
use eaid_schemas::pick::{Pick, Picks};
use eaid_schemas::record::{FieldSpec, Shape, field};
use std::sync::{Mutex, PoisonError};

/// Greatest number of columns of a registration.
const COLUMNS: usize = 200;
/// Greatest length of a name, and of a text.
const NAME_LENGTH: usize = 30;
const TEXT_LENGTH: u32 = 4000;
/// Digits that an amount may have, and a count.
const AMOUNT_DIGITS: u32 = 18;
const COUNT_DIGITS: u32 = 9;
/// Greatest length of a sender's id.
const ID_LENGTH: usize = 250;

/// What of a registration is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The message.
    Message,
    /// `table`.
    Table,
    /// `depara`.
    DePara,
    /// `columns` as a whole.
    Columns,
    /// A member of `key`.
    Key(usize),
    /// A member of `columns`, and which of its values.
    Column(usize, &'static str),
}

/// What is wrong with a registration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Mistake {
    /// Where.
    pub place: Place,
    /// What, and what to write.
    pub reason: String,
}

/// What is wrong, as it is found.
#[derive(Default)]
struct Mistakes(Vec<Mistake>);

impl Mistakes {
    fn note(&mut self, place: Place, reason: impl Into<String>) {
        self.0.push(Mistake { place, reason: reason.into() });
    }
}

/// Every routine that was declared in the life of the process, with what declared it.
static DECLARED: Mutex<Vec<(Stage, &'static Routine, &'static Declared)>> = Mutex::new(Vec::new());

/// What a declared routine reads; `None` for one that is written in code.
pub fn picks(routine: &Routine) -> Option<&'static Picks> {
    let declared = DECLARED.lock().unwrap_or_else(PoisonError::into_inner);
    declared.iter().find(|(_, known, _)| std::ptr::eq(*known, routine)).map(|(.., declared)| &declared.picks)
}

/// Declares the routine that reads a major of a message as a registration says. The same registration gives the
/// same routine, so that reading a file again takes no memory; each different one stays until the process ends.
///
/// # Errors
/// Every [`Mistake`].
pub fn declare(message: &str, major: u32, stage: &Stage) -> Result<&'static Routine, Vec<Mistake>> {
    let mut wrong = Mistakes::default();
    check_message(message, &mut wrong);
    check_table(stage, &mut wrong);
    check_key(stage, &mut wrong);
    let depara = check_depara(stage, &mut wrong);
    for (place, column) in stage.columns.iter().enumerate() {
        check_column(stage, place, column, &mut wrong);
    }
    if !wrong.0.is_empty() {
        return Err(wrong.0);
    }
    let mut declared = DECLARED.lock().unwrap_or_else(PoisonError::into_inner);
    let known = declared.iter().find(|(known, routine, _)| {
        known == stage && routine.message.eq_ignore_ascii_case(message) && routine.part.majors() == [major]
    });
    if let Some((_, routine, _)) = known {
        return Ok(routine);
    }
    let (routine, what) = routine(message, major, stage, depara).map_err(|mistake| vec![mistake])?;
    declared.push((stage.clone(), routine, what));
    Ok(routine)
}

fn routine(
    message: &str,
    major: u32,
    stage: &Stage,
    depara: Option<Alias>,
) -> Result<(&'static Routine, &'static Declared), Mistake> {
    let mut picks: Vec<Pick> = stage.columns.iter().map(|column| pick(stage, column)).collect();
    let is_id = |pick: &Pick| pick.above.is_empty() && pick.field.tag.eq_ignore_ascii_case("InternalId");
    let id = picks.iter().position(is_id).unwrap_or(picks.len());
    if id == picks.len() {
        let shape = Shape::Text { max: ID_LENGTH };
        picks.push(Pick { above: &[], field: field("InternalId").of(shape, "The sender's id.") });
    }
    let picks = Picks::new(picks).map_err(|clash| {
        let [first, second] = [clash.first, clash.second].map(|place| stage.columns.get(place));
        let name = first.map_or("InternalId", |column| column.name.as_str());
        let at = second.map_or("/InternalId", |column| column.at.as_str());
        let place = Place::Column(clash.second.min(stage.columns.len() - 1), "at");
        Mistake {
            place,
            reason: format!("`{at}` and that of `{name}` cannot both hold a value: one is, or holds, the other"),
        }
    })?;
    let key = stage.key.iter().filter_map(|name| stage.columns.iter().position(|column| column.name == *name));
    let table = tables::declare(stage);
    let declared: &'static Declared = Box::leak(Box::new(Declared { table, key: key.collect(), picks, id, depara }));
    let open: &'static Open = Box::leak(Box::new(move |envelope: &_, from| open(declared, envelope, from)));
    let routine = Box::leak(Box::new(Routine {
        name: NAME,
        message: leak(message),
        summary: "Recebe a mensagem e a grava na tabela declarada no cadastro, pela chave e pelas colunas dele.",
        part: Part::Receives { majors: Vec::leak(vec![major]), open },
        tables: Vec::leak(vec![table]),
    }));
    Ok((routine, declared))
}

fn segments(at: &str) -> impl Iterator<Item = &str> {
    at.split('/').skip(1)
}

fn pick(stage: &Stage, column: &Column) -> Pick {
    let mut above: Vec<&'static str> = segments(&column.at).map(leak).collect();
    let mut spec: FieldSpec = field(above.pop().unwrap_or_default()).column(leak(&column.name));
    if stage.key.contains(&column.name) {
        spec = spec.key();
    }
    if column.required {
        spec = spec.required();
    }
    if column.personal {
        spec = spec.personal();
    }
    let shape = match column.kind {
        Kind::Text => Shape::Text { max: column.length as usize },
        Kind::Amount => Shape::Amount { whole: column.length - column.decimals, scale: column.decimals },
        Kind::Count => Shape::Count { max: 10u32.pow(column.length) - 1 },
        Kind::Date => Shape::Moment,
        Kind::Flag => Shape::Flag,
    };
    Pick { above: Vec::leak(above), field: spec.of(shape, "") }
}

fn check_message(message: &str, wrong: &mut Mistakes) {
    if let Some(other) = ROUTINES.iter().find(|routine| routine.message.eq_ignore_ascii_case(message)) {
        wrong.note(Place::Message, format!("{message} has a routine of its own: register {}", other.name));
    }
    if !message.starts_with(|c: char| c.is_ascii_alphabetic()) || message.contains(|c: char| !c.is_ascii_alphanumeric())
    {
        wrong.note(
            Place::Message,
            format!("`{message}` is no message; write the name of its Transaction, such as \"Seller\""),
        );
    }
}

/// Whether a database takes the name without quotes, reserved words aside.
fn is_name(name: &str) -> bool {
    name.len() <= NAME_LENGTH
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn name_rule(name: &str) -> String {
    format!("`{name}` is no name: write up to {NAME_LENGTH} lower case letters, digits and _, a letter first")
}

fn check_table(stage: &Stage, wrong: &mut Mistakes) {
    if !is_name(&stage.table) {
        wrong.note(Place::Table, name_rule(&stage.table));
    } else if TABLES.iter().any(|table| table.name == stage.table) {
        wrong.note(Place::Table, format!("`{}` is a table of a routine; write another name", stage.table));
    }
}

fn check_key(stage: &Stage, wrong: &mut Mistakes) {
    if stage.key.is_empty() {
        wrong.note(Place::Table, "`key` is empty: write the names of the columns that tell records apart");
    }
    let names: Vec<&str> = stage.columns.iter().map(|column| column.name.as_str()).collect();
    for (place, name) in stage.key.iter().enumerate() {
        match stage.columns.iter().find(|column| column.name == *name) {
            None => wrong.note(Place::Key(place), format!("there is no column `{name}`{}", hint_or_all(name, &names))),
            Some(column) if column.kind != Kind::Text => {
                wrong.note(
                    Place::Key(place),
                    format!("`{name}` is no text: a key is of texts; numbers are read as such"),
                );
            }
            Some(_) if stage.key[..place].contains(name) => {
                wrong.note(Place::Key(place), format!("`{name}` stands twice in the key"));
            }
            Some(_) => {}
        }
    }
}

/// The De/Para kind. Those that a routine brings are its own.
fn check_depara(stage: &Stage, wrong: &mut Mistakes) -> Option<Alias> {
    const OWN: [Alias; 4] = [Alias::CUSTOMER, Alias::RESERVE, Alias::SALE, Alias::CANCELLATION];
    if stage.depara.is_empty() {
        return None;
    }
    let known: Vec<&str> = Alias::ALL.iter().filter(|alias| !OWN.contains(alias)).map(|alias| alias.alias).collect();
    let alias = Alias::find(&stage.depara).filter(|alias| !OWN.contains(alias));
    if alias.is_none() {
        let hint = hint_or_all(&stage.depara, &known);
        wrong.note(Place::DePara, format!("`{}` is no De/Para that a registration can bring{hint}", stage.depara));
    } else if stage.key.len() > 1 {
        wrong.note(Place::DePara, "a De/Para names one code: it needs a key of one column");
    }
    alias
}

fn check_column(stage: &Stage, place: usize, column: &Column, wrong: &mut Mistakes) {
    let name = column.name.as_str();
    if place == COLUMNS {
        wrong.note(Place::Columns, format!("more than {COLUMNS} columns"));
    }
    if !is_name(name) {
        wrong.note(Place::Column(place, "name"), name_rule(name));
    } else if tables::is_own(name) {
        wrong.note(
            Place::Column(place, "name"),
            format!("every table has a column `{name}` of its own; write another name"),
        );
    } else if stage.columns[..place].iter().any(|other| other.name == name) {
        wrong.note(Place::Column(place, "name"), format!("there is a column `{name}` already"));
    }
    check_pointer(place, &column.at, wrong);
    let length = column.length;
    let (greatest, what) = match column.kind {
        Kind::Text => (TEXT_LENGTH, "characters"),
        Kind::Amount => (AMOUNT_DIGITS, "digits, decimals among them"),
        Kind::Count => (COUNT_DIGITS, "digits"),
        Kind::Date | Kind::Flag => (0, ""),
    };
    if greatest == 0 && length > 0 {
        wrong.note(Place::Column(place, "length"), format!("`{name}` has no length: take it away"));
    } else if greatest > 0 && !(1..=greatest).contains(&length) {
        wrong.note(
            Place::Column(place, "length"),
            format!("the length of `{name}` is {length}; write 1 to {greatest} {what}"),
        );
    }
    if column.decimals > 0 && column.kind != Kind::Amount {
        wrong.note(Place::Column(place, "decimals"), format!("`{name}` has no decimals: only an amount has"));
    } else if column.decimals > length {
        wrong.note(Place::Column(place, "decimals"), format!("`{name}` has more decimals than digits"));
    }
}

fn check_pointer(place: usize, at: &str, wrong: &mut Mistakes) {
    let place = Place::Column(place, "at");
    if let Some(below) = at.strip_prefix("/Content/").or_else(|| at.strip_prefix("/BusinessContent/")) {
        wrong.note(place, format!("`{at}` begins below Content: write `/{below}`"));
    } else if !at.starts_with('/') || segments(at).any(str::is_empty) {
        wrong.note(place, format!("`{at}` is no JSON pointer into Content; write such as `/Address/City`"));
    } else if segments(at).any(|segment| segment.bytes().all(|byte| byte.is_ascii_digit())) {
        wrong.note(place, format!("`{at}` goes into a list: one message is one row"));
    }
}
