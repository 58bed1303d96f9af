//! The moment of a run: reports state it only when asked, expiry is judged by it always.

use super::Refused;
use crate::arm::functions::date::{Moment, format_date};
use crate::document::Value;
use clap::ArgMatches;

/// The moment of a run.
pub struct Clock {
    moment: Option<Moment>,
    /// `--now` or `SOURCE_DATE_EPOCH` asks for it.
    is_stated: bool,
}

impl Clock {
    /// That of `--now`, else of `SOURCE_DATE_EPOCH`, else the clock's.
    pub fn new(given: &ArgMatches) -> Result<Self, Refused> {
        // Commands that print no run have no such option.
        let asked = given.try_get_one::<String>("now").ok().flatten().map(String::as_str);
        let seconds = match asked {
            Some(text) if !text.is_empty() => Some(epoch(text).ok_or_else(|| {
                Refused(format!("--now wants a time like 2027-01-31 or 2027-01-31T12:00:00Z, not '{text}'"))
            })?),
            _ => None,
        };
        let stated = std::env::var("SOURCE_DATE_EPOCH").ok().filter(|text| !text.is_empty());
        let stated =
            match stated {
                Some(text) => Some(text.parse().map_err(|_| {
                    Refused(format!("SOURCE_DATE_EPOCH is '{text}', not a number of seconds since 1970"))
                })?),
                None => None,
            };
        let now = || {
            let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(0))
        };
        let is_stated = asked.is_some() || stated.is_some();
        Ok(Clock { moment: Moment::from_epoch(seconds.or(stated).unwrap_or_else(now)), is_stated })
    }

    /// The date by which expiry is judged, in UTC.
    pub fn today(&self) -> String {
        self.text("yyyy-MM-dd")
    }

    /// The moment in ISO 8601.
    pub fn time(&self) -> String {
        self.text("yyyy-MM-ddTHH:mm:ssZ")
    }

    /// The moment, where reports are to state it.
    pub fn stated(&self) -> Option<String> {
        self.is_stated.then(|| self.time())
    }

    fn text(&self, format: &str) -> String {
        self.moment.and_then(|moment| format_date(moment, format).ok()).unwrap_or_default()
    }
}

/// Seconds since 1970 of a date or a moment in ISO 8601.
fn epoch(text: &str) -> Option<i64> {
    let whole = if text.contains('T') { text.to_owned() } else { format!("{text}T00:00:00Z") };
    crate::arm::functions::date::call("datetimetoepoch", &[Value::string(whole)])?.ok()?.as_int()
}
