//! De/Para entered by hand: the reading of its CSV, and what an entry must be.

use super::lack::pattern;
use crate::catalog::compiled::DEMO_DEPARA;
use crate::fault::Fault;
use crate::store::monitor::DeParaLine;
use crate::store::{Ask, Store};
use eaid_adapters::effect::Alias;
use eaid_adapters::ids::{customer_of, generic};
use eaid_adapters::near::nearest;
use eaid_adapters::world::Wants;
use std::collections::HashMap;

/// The De/Para of the demonstration.
///
/// # Errors
/// [`Fault`] where it cannot be read: never, once built.
pub fn demonstration() -> Result<Vec<DeParaLine>, Fault> {
    let (name, text) = DEMO_DEPARA;
    let lines = csv::Reader::from_reader(text.as_bytes()).into_deserialize().collect::<Result<_, _>>();
    lines.map_err(|error| Fault::Store(format!("{name}: {error}")))
}

/// The entries among these that the database does not have, whatever they lead to there.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn absent(store: &dyn Store, mut lines: Vec<DeParaLine>) -> Result<Vec<DeParaLine>, Fault> {
    let mut wants = Wants::default();
    for line in &lines {
        if let Some(alias) = Alias::find(&line.alias) {
            wants.depara(&line.reference, alias, &line.external);
        }
    }
    let found = store.look_up(&Ask { wants: &wants, fingerprints: &[], keys: &[] }).await?.depara;
    let is_there = |line: &DeParaLine| {
        found.iter().any(|(partner, alias, external, _)| {
            *partner == line.reference && alias.alias == line.alias && *external == line.external
        })
    };
    lines.retain(|line| !is_there(line));
    Ok(lines)
}

/// The header of every De/Para file.
pub const HEADER: [&str; 5] = ["reference", "alias", "field", "external", "internal"];

/// What is wrong with a line of a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, serde::Serialize)]
#[error("{file}:{line}: {reason}")]
pub struct Problem {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// What is wrong, and what to write.
    pub reason: String,
}

/// A file that was read without a problem.
#[derive(Debug, Default)]
pub struct Sheet {
    /// Its entries.
    pub lines: Vec<DeParaLine>,
    /// Lines left out because their internal value is empty.
    pub skipped: u64,
}

/// Finds a kind by its alias, or says which was probably meant.
///
/// # Errors
/// The text for the person who wrote it.
pub fn alias(text: &str) -> Result<Alias, String> {
    if let Some(alias) = Alias::find(text) {
        return Ok(alias);
    }
    let known: Vec<&str> = Alias::ALL.iter().map(|alias| alias.alias).collect();
    let upper = text.to_ascii_uppercase();
    // A field is often written where its alias belongs.
    let by_field = Alias::ALL.iter().find(|alias| alias.field == upper).map(|alias| alias.alias);
    Err(match by_field.or_else(|| nearest(&upper, &known)) {
        Some(near) => format!("unknown alias `{text}`; did you mean {near}?"),
        None => format!("unknown alias `{text}`; expected one of {}", known.join(" ")),
    })
}

/// Makes an entry, checked. An empty field is that of the alias.
///
/// # Errors
/// The text for the person who wrote it.
pub fn entry(
    reference: &str,
    alias_text: &str,
    field: &str,
    external: &str,
    internal: &str,
) -> Result<DeParaLine, String> {
    let alias = alias(alias_text.trim())?;
    let field = field.trim();
    if reference.trim().is_empty() {
        return Err("the reference is empty; it is the partner's ProductName, such as OMNI".to_owned());
    }
    if !field.is_empty() && !field.eq_ignore_ascii_case(alias.field) {
        return Err(format!("field {field} does not belong to {}; it is {}", alias.alias, alias.field));
    }
    if external.trim().is_empty() {
        return Err("the external value is empty; it is the partner's code".to_owned());
    }
    check_internal(alias, internal.trim())?;
    Ok(DeParaLine {
        reference: reference.trim().to_owned(),
        alias: alias.alias.to_owned(),
        field: alias.field.to_owned(),
        external: external.to_owned(),
        internal: internal.trim().to_owned(),
    })
}

/// Whether a value can be read by the routines that use it.
fn check_internal(alias: Alias, internal: &str) -> Result<(), String> {
    let parts: Vec<&str> = internal.split('|').collect();
    let has_code = parts.last().is_some_and(|code| !code.trim().is_empty());
    let is_right = match alias {
        Alias::CUSTOMER => customer_of(internal).is_some(),
        Alias::GENERIC => generic(internal, "24").or_else(|| generic(internal, "K6")).is_some(),
        Alias::RESERVE | Alias::SALE | Alias::CANCELLATION => !internal.is_empty(),
        _ => has_code && matches!(parts.len(), 1 | 3),
    };
    if is_right {
        return Ok(());
    }
    let what = if internal.is_empty() {
        "the internal value is empty".to_owned()
    } else {
        format!("internal value `{internal}`")
    };
    Err(format!("{what}; {} takes {}", alias.alias, pattern(alias)))
}

/// Reads a file: header [`HEADER`], comma or semicolon, UTF-8 with or without a mark.
///
/// # Errors
/// Every [`Problem`].
pub fn read(file: &str, bytes: &[u8], skip_empty: bool) -> Result<Sheet, Vec<Problem>> {
    let problem = |line: u64, reason: String| Problem { file: file.to_owned(), line, reason };
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
            return Err(vec![problem(line, "not UTF-8; save the sheet as \"CSV UTF-8\"".to_owned())]);
        }
    };
    let first = text.lines().next().unwrap_or_default();
    let delimiter = if first.contains(';') { b';' } else { b',' };
    let mut rows =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(false).from_reader(text.as_bytes());
    let mut sheet = Sheet::default();
    let mut problems = Vec::new();
    let mut seen: HashMap<(String, String, String), (u64, String)> = HashMap::new();
    for (place, row) in rows.records().enumerate() {
        let row = match row {
            Ok(row) => row,
            Err(error) => {
                problems
                    .push(problem(error.position().map_or(1, csv::Position::line), format!("cannot be read: {error}")));
                break;
            }
        };
        let line = row.position().map_or(1, csv::Position::line);
        let cells: Vec<&str> = row.iter().collect();
        if place == 0 {
            if cells.iter().map(|cell| cell.trim()).ne(HEADER) {
                return Err(vec![problem(line, format!("expected the header {}", HEADER.join(",")))]);
            }
            continue;
        }
        let [reference, alias, field, external, internal] = cells[..] else {
            problems.push(problem(line, format!("{} columns instead of {}", cells.len(), HEADER.len())));
            continue;
        };
        if skip_empty && internal.trim().is_empty() {
            sheet.skipped += 1;
            continue;
        }
        match entry(reference, alias, field, external, internal) {
            Err(reason) => problems.push(problem(line, reason)),
            Ok(entry) => {
                let key = (entry.reference.clone(), entry.alias.clone(), entry.external.clone());
                match seen.get(&key) {
                    None => {
                        seen.insert(key, (line, entry.internal.clone()));
                        sheet.lines.push(entry);
                    }
                    Some((_, internal)) if *internal == entry.internal => {}
                    Some((before, internal)) => {
                        let reason =
                            format!("{} {} is `{internal}` in line {before} already", entry.alias, entry.external);
                        problems.push(problem(line, reason));
                    }
                }
            }
        }
    }
    if first.trim().is_empty() && problems.is_empty() {
        problems.push(problem(1, format!("empty; expected the header {}", HEADER.join(","))));
    }
    if problems.is_empty() { Ok(sheet) } else { Err(problems) }
}

/// Writes entries as a file that [`read`] takes.
///
/// # Errors
/// What the writer says.
pub fn write(lines: &[DeParaLine], to: impl std::io::Write) -> std::io::Result<()> {
    // The writer wraps what the system said; a reader that went away must be told from a full disk.
    let said = |error: csv::Error| match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => std::io::Error::other(format!("{other:?}")),
    };
    let mut rows = csv::Writer::from_writer(to);
    rows.write_record(HEADER).map_err(said)?;
    for line in lines {
        rows.write_record([&line.reference, &line.alias, &line.field, &line.external, &line.internal]).map_err(said)?;
    }
    rows.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "reference,alias,field,external,internal\n";

    fn problems(rows: &str) -> Vec<String> {
        let read = read("f.csv", format!("{HEAD}{rows}").as_bytes(), false);
        read.err().unwrap_or_default().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_problem_is_named_by_its_line() {
        let rows = "OMNI,SB1,B1_COD,SKU-1,01||PROD1\nOMNI,SB2,B1_COD,SKU-2,01||PROD2\nOMNI,SA3,B1_COD,V-1,01||000001\n\
                    OMNI,SX5,X5_CHAVE,PIX,01||PX\nOMNI,SA1,A1_COD,C-1,000123\nOMNI,SB1,B1_COD,SKU-1,01||PROD9\n\
                    OMNI,NNR,NNR_CODIGO,DEP,\nOMNI,SB1\n,SB1,B1_COD,SKU-3,01||PROD3\n";
        let expected = [
            "f.csv:3: unknown alias `SB2`; did you mean SB1?",
            "f.csv:4: field B1_COD does not belong to SA3; it is A3_COD",
            "f.csv:5: internal value `01||PX`; SX5 takes COMPANY||24|FORM",
            "f.csv:6: internal value `000123`; SA1 takes COMPANY||CODE|STORE|C",
            "f.csv:7: SB1 SKU-1 is `01||PROD1` in line 2 already",
            "f.csv:8: the internal value is empty; NNR takes COMPANY|BRANCH|CODE",
            "f.csv:9: 2 columns instead of 5",
            "f.csv:10: the reference is empty; it is the partner's ProductName, such as OMNI",
        ];
        assert_eq!(problems(rows), expected);
    }

    #[test]
    fn what_excel_saves_is_read() {
        let rows = "\u{feff}reference;alias;field;external;internal\r\nOMNI;sb1;;SKU-1;01||PROD1\r\n;;;;\r\n";
        let found = read("f.csv", rows.as_bytes(), false).err().unwrap_or_default();
        assert_eq!(found.len(), 1, "{found:?}");
        let sheet = read("f.csv", rows.replace(";;;;\r\n", "").as_bytes(), false).ok();
        let line = sheet.and_then(|mut sheet| sheet.lines.pop());
        assert_eq!(line.map(|line| (line.alias, line.field)), Some(("SB1".to_owned(), "B1_COD".to_owned())));
        assert!(
            read("f.csv", b"reference,alias,field,external,internal\nOMNI,SB1,B1_COD,T\xeaNIS,01||P\n", false)
                .is_err_and(|found| found[0].line == 2)
        );
    }

    #[test]
    fn what_is_written_is_read_back() {
        let lines: Vec<DeParaLine> = [("SX5", "D'AGUA, \"1\"", "01||24|R$"), ("SB1", " SKU 1 ", "PROD1")]
            .map(|(alias, external, internal)| entry("OMNI", alias, "", external, internal).unwrap())
            .into();
        let mut text = Vec::new();
        write(&lines, &mut text).unwrap();
        assert_eq!(read("f.csv", &text, false).unwrap().lines, lines);
    }

    #[test]
    fn an_alias_is_suggested() {
        assert_eq!(alias("sb1"), Ok(Alias::PRODUCT));
        assert_eq!(alias("B1_COD"), Err("unknown alias `B1_COD`; did you mean SB1?".to_owned()));
        assert!(alias("XYZ").is_err_and(|text| text.contains("expected one of SB1")));
    }
}
