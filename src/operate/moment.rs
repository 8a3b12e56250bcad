//! Moments as people write them: `2h` ago, a day, or a full stamp.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;

/// What may be written for a moment.
pub const FORMS: &str = "2h, 30m or 5d ago; 2026-11-20; 2026-11-20T14:30; or 2026-11-20T14:30:00-03:00";

/// Reads a moment. Without a zone it is in that of the configuration; a bare day is its first moment.
pub fn moment(text: &str, zone: Tz, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(ago) = humantime::parse_duration(text) {
        return now.checked_sub_signed(chrono::Duration::from_std(ago).ok()?);
    }
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.to_utc());
    }
    let forms = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
    let stamp = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let local = match stamp {
        Some(local) => local,
        None => NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_time(NaiveTime::MIN),
    };
    // Where the clock jumps forward at midnight, the day begins after the gap.
    let minutes = (0..=180).step_by(15).map(chrono::Duration::minutes);
    minutes.filter_map(|later| zone.from_local_datetime(&(local + later)).earliest()).next().map(|at| at.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read_in_the_zone_of_the_configuration() {
        let zone: Tz = "America/Sao_Paulo".parse().unwrap();
        let now: DateTime<Utc> = "2026-11-20T15:00:00Z".parse().unwrap();
        let at = |text| moment(text, zone, now).map(|at| at.to_rfc3339());
        for (text, expected) in [
            ("2h", "2026-11-20T13:00:00+00:00"),
            ("1d", "2026-11-19T15:00:00+00:00"),
            ("2026-11-20", "2026-11-20T03:00:00+00:00"),
            ("2026-11-20T14:30", "2026-11-20T17:30:00+00:00"),
            ("2026-11-20 14:30:05", "2026-11-20T17:30:05+00:00"),
            ("2026-11-20T14:30:00-02:00", "2026-11-20T16:30:00+00:00"),
            // The clock was put forward at midnight of this day.
            ("2018-11-04", "2018-11-04T03:00:00+00:00"),
        ] {
            assert_eq!(at(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["", "yesterday", "20/11/2026", "2026-13-01"] {
            assert_eq!(at(text), None, "{text}");
        }
    }
}
