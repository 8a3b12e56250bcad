//! Holidays: the days on which a card administrator does not pay (`domain/README.md`, Payments).

use chrono::{Datelike, Days, NaiveDate};
use serde::Deserialize;
use std::fmt;

/// A row of `holidays.csv`.
#[derive(Clone, Debug, Deserialize)]
pub struct Holiday {
    /// When it is.
    #[serde(deserialize_with = "feast")]
    pub day: Feast,
    /// Its name.
    pub description: String,
}

/// When a holiday is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feast {
    /// Every year: month and day.
    Yearly(u32, u32),
    /// So many days after Easter Sunday; before it where negative.
    Easter(i64),
    /// Once.
    Once(NaiveDate),
}

impl Feast {
    /// Reads `12-25`, `easter-2`, `easter+60` or `2026-11-20`.
    fn parse(text: &str) -> Option<Feast> {
        if let Some(days) = text.strip_prefix("easter") {
            return days.parse().ok().filter(|days: &i64| days.abs() < 200).map(Feast::Easter);
        }
        if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            return Some(Feast::Once(day));
        }
        // A leap year: the 29th of February is a day.
        let day = NaiveDate::parse_from_str(&format!("2000-{text}"), "%Y-%m-%d").ok()?;
        Some(Feast::Yearly(day.month(), day.day()))
    }

    /// Whether it is on a day.
    pub(super) fn is_on(self, day: NaiveDate) -> bool {
        match self {
            Feast::Yearly(month, of_month) => (day.month(), day.day()) == (month, of_month),
            Feast::Easter(days) => easter(day.year()).is_some_and(|easter| (day - easter).num_days() == days),
            Feast::Once(once) => day == once,
        }
    }
}

impl fmt::Display for Feast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Feast::Yearly(month, day) => write!(f, "{month:02}-{day:02}"),
            Feast::Easter(days) => write!(f, "easter{days:+}"),
            Feast::Once(day) => write!(f, "{day}"),
        }
    }
}

fn feast<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Feast, D::Error> {
    let text = String::deserialize(deserializer)?;
    Feast::parse(&text).ok_or_else(|| {
        let text = format!("`{text}` is no day, such as 12-25 (every year), easter-2 or 2026-11-20 (once)");
        serde::de::Error::custom(text)
    })
}

/// Easter Sunday of a year of the Gregorian calendar, by the rule of Meeus, Jones and Butcher.
fn easter(year: i32) -> Option<NaiveDate> {
    let century = year.div_euclid(100);
    let moon =
        (19 * year.rem_euclid(19) + century - century / 4 - (century - (century + 8) / 25 + 1) / 3 + 15).rem_euclid(30);
    let weekday =
        (32 + 2 * (century.rem_euclid(4)) + 2 * (year.rem_euclid(100) / 4) - moon - year.rem_euclid(4)).rem_euclid(7);
    let late = (year.rem_euclid(19) + 11 * moon + 22 * weekday) / 451;
    let days = u64::try_from(moon + weekday - 7 * late).ok()?;
    // From the 22nd of March on, the earliest day that it can be.
    NaiveDate::from_ymd_opt(year, 3, 22)?.checked_add_days(Days::new(days))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn easter_is_where_the_church_has_it() {
        for text in [
            "1818-03-22",
            "1943-04-25",
            "2000-04-23",
            "2023-04-09",
            "2024-03-31",
            "2025-04-20",
            "2026-04-05",
            "2027-03-28",
            "2028-04-16",
            "2038-04-25",
            "2049-04-18",
            "2076-04-19",
            "2285-03-22",
        ] {
            assert_eq!(easter(day(text).year()), Some(day(text)), "{text}");
        }
    }

    #[test]
    fn a_holiday_is_on_its_days_alone() {
        let is_on = |feast: &str, on: &str| Feast::parse(feast).unwrap().is_on(day(on));
        assert!(is_on("12-25", "2026-12-25") && is_on("12-25", "1999-12-25") && !is_on("12-25", "2026-12-24"));
        assert!(is_on("easter-2", "2026-04-03") && !is_on("easter-2", "2025-04-03"));
        assert!(is_on("easter+60", "2026-06-04"));
        assert!(is_on("2026-06-24", "2026-06-24") && !is_on("2026-06-24", "2027-06-24"));
        assert!(is_on("02-29", "2024-02-29"));
        for text in ["", "25-12", "13-01", "easter", "easter+999", "pascoa-2", "2026-02-29"] {
            assert_eq!(Feast::parse(text), None, "{text}");
        }
    }
}
