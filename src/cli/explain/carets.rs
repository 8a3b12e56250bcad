//! Violations on the message itself, each where it stands, with the advice of its code.

use crate::operate::explain::{Explanation, ViolationLine};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource, Report, Severity};
use std::collections::HashSet;
use std::fmt::Write as _;

/// So many are drawn; the rest are lines.
const DRAWN: usize = 50;
/// A longer line is shown in part.
const WIDTH: usize = 120;

/// Draws all violations of a message, in their order.
pub(super) fn draw(told: &Explanation) -> String {
    let handler =
        GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(WIDTH).with_context_lines(1);
    let mut advised = HashSet::new();
    let mut drawn = String::new();
    for (index, found) in told.violations.iter().enumerate() {
        if index > 0 {
            drawn.push('\n');
        }
        let advice = advised.insert(found.code).then_some(found.code.page().advice);
        let report = (index < DRAWN).then(|| report(told, found, advice)).flatten();
        let is_drawn = report.is_some_and(|report| handler.render_report(&mut drawn, report.as_ref()).is_ok());
        if !is_drawn {
            let _ = writeln!(drawn, "  {:7} {:20} {}\n          {}", found.level, found.code, found.path, found.text);
            if let Some(advice) = advice {
                let _ = writeln!(drawn, "          {advice}");
            }
        }
    }
    drawn
}

/// The report of one violation; `None` where it stands nowhere in the text.
fn report(told: &Explanation, found: &ViolationLine, advice: Option<&str>) -> Option<Report> {
    // What breaks off at the end is shown at the last character.
    let last = told.message.char_indices().next_back()?.0;
    let at = found.offset.map(|at| at.min(last)).filter(|at| told.message.is_char_boundary(*at))?;
    let (source, at) = around(&told.message, at);
    let name = found.xpath.clone().unwrap_or_else(|| found.path.clone());
    let label = LabeledSpan::new_with_span(Some(name).filter(|name| !name.is_empty()), (at, length(&source[at..])));
    let mut diagnostic = MietteDiagnostic::new(found.text.clone())
        .with_code(format!("{} {}", found.level, found.code))
        .with_severity(if found.level == "ERROR" { Severity::Error } else { Severity::Warning })
        .with_label(label);
    diagnostic.help = advice.map(str::to_owned);
    Some(Report::new(diagnostic).with_source_code(NamedSource::new(&told.file, source)))
}

/// The text as it is shown: of a line that is too long only what stands around the place. Lines keep their numbers.
fn around(text: &str, at: usize) -> (String, usize) {
    let start = text[..at].rfind('\n').map_or(0, |found| found + 1);
    let end = text[at..].find('\n').map_or(text.len(), |found| at + found);
    if end - start <= WIDTH {
        return (text.to_owned(), at);
    }
    let boundary = |mut place: usize| {
        while !text.is_char_boundary(place) {
            place -= 1;
        }
        place
    };
    let from = boundary(at.saturating_sub(WIDTH / 2).max(start));
    let to = boundary((at + WIDTH / 2).min(end));
    let lines = text[..start].bytes().filter(|byte| *byte == b'\n').count();
    ("\n".repeat(lines) + &text[from..to], lines + at - from)
}

/// How much of the text is underlined: a text with its quotes, a number or word, the beginning of anything else.
fn length(rest: &str) -> usize {
    let line = rest.lines().next().unwrap_or_default();
    let length = match line.bytes().next() {
        Some(b'"') => {
            let mut escaped = false;
            let closing = line.bytes().skip(1).position(|byte| {
                let closes = byte == b'"' && !escaped;
                escaped = byte == b'\\' && !escaped;
                closes
            });
            closing.map_or(line.len(), |closing| closing + 2)
        }
        Some(b'{' | b'[') => 1,
        Some(b'<') => line.find('>').map_or(line.len(), |end| end + 1),
        _ => line.find([',', ']', '}', '<']).unwrap_or(line.len()),
    };
    length.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{compiled, read::catalog};
    use crate::operate::explain::explain;
    use eaid_adapters::samples::SAMPLES;

    async fn drawn(file: &str, message: &str) -> String {
        let config = crate::config::defaults().expect("the defaults are right");
        let catalog =
            catalog(&config, &compiled::texts()).map_err(|_| "a problem").expect("the shipped catalog is right");
        let told = explain(&config, &catalog, None, file, message.as_bytes().to_vec()).await.expect("explained");
        draw(&told)
    }

    fn sample(routine: &str, name: &str) -> &'static str {
        let found = SAMPLES.iter().find(|sample| sample.routine == routine && sample.name == name);
        found.expect("a sample").input
    }

    #[tokio::test]
    async fn violations_stand_where_they_are() {
        insta::assert_snapshot!(drawn("seller.json", sample("GENERIC", "refuse-wrong-values")).await);
        insta::assert_snapshot!(drawn("reserve.json", sample("LOJA704", "refuse-wrong-values")).await);
    }

    #[tokio::test]
    async fn a_long_line_is_shown_in_part() {
        let message: serde_json::Value = serde_json::from_str(sample("GENERIC", "refuse-wrong-values")).expect("JSON");
        insta::assert_snapshot!(drawn("seller.json", &message.to_string()).await);
    }

    #[tokio::test]
    async fn an_order_event_is_drawn_too() {
        let event =
            "{\n  \"order\": \"01|0101|000002\",\n  \"event\": \"delivred\",\n  \"invoice\": {\"value\": \"12x\"}\n}";
        insta::assert_snapshot!(drawn("event.json", event).await);
    }

    #[tokio::test]
    async fn what_breaks_off_is_drawn_where_it_does() {
        insta::assert_snapshot!(drawn("broken.json", "{\n  \"Header\": {\"UUID\": \"1\",}\n}").await);
        insta::assert_snapshot!(drawn("broken.xml", "<TOTVSMessage>\n  <A>1</B>\n</TOTVSMessage>").await);
    }

    #[tokio::test]
    async fn what_is_no_message_is_told_in_lines() {
        insta::assert_snapshot!(drawn("fragment.json", r#"{"ReturnContent": {}}"#).await);
    }

    #[test]
    fn the_value_is_underlined() {
        for (rest, expected) in
            [(r#""a\"b", 1"#, 6), ("{\"a\":1}", 1), ("12.5,", 4), ("<A>x", 3), ("x</A>", 1), ("", 1)]
        {
            assert_eq!(length(rest), expected, "{rest}");
        }
    }
}
