//! What numbers, durations and times of day in rules and resources amount to.

use crate::document::{Kind, Value};

/// A number with what it counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantity {
    pub number: f64,
    /// Seconds, shown as hours and minutes.
    pub is_time: bool,
}

impl Quantity {
    /// A number, a number as text, a duration, a time of day, or the time of a date-time; nothing of anything else.
    pub fn of(value: &Value) -> Option<Quantity> {
        let plain = |number| Quantity { number, is_time: false };
        match &value.kind {
            Kind::Int(number) => Some(plain(*number as f64)),
            Kind::Float(number) => Some(plain(*number)),
            Kind::String(text) => match text.trim().parse() {
                Ok(number) => Some(plain(number)),
                Err(_) => {
                    let seconds = duration(text).or_else(|| time_of_day(text))?;
                    Some(Quantity { number: seconds, is_time: true })
                }
            },
            _ => None,
        }
    }

    /// As people write it: `04:30` for time, else the number.
    pub fn shown(self) -> String {
        if self.is_time {
            let minutes = (self.number / 60.0).ceil();
            format!("{:02}:{:02}", (minutes / 60.0).floor(), minutes % 60.0)
        } else {
            self.number.to_string()
        }
    }
}

/// Seconds of an ISO 8601 duration (`P7Y`, `PT15M`) or a .NET time span (`0.12:00:00`).
/// A year counts 365 days and a month a twelfth of it, so that `P84M` is `P7Y` and `P2555D` is as well.
pub fn duration(text: &str) -> Option<f64> {
    const DAY: f64 = 86_400.0;
    let text = text.trim();
    let Some(rest) = text.strip_prefix(['P', 'p']) else { return time_span(text) };
    let (mut seconds, mut digits, mut in_time, mut any) = (0.0, String::new(), false, false);
    for character in rest.chars() {
        match character.to_ascii_uppercase() {
            'T' if !in_time && digits.is_empty() => in_time = true,
            digit if digit.is_ascii_digit() || digit == '.' => digits.push(digit),
            unit => {
                let amount: f64 = digits.parse().ok()?;
                digits.clear();
                any = true;
                seconds += amount
                    * match (unit, in_time) {
                        ('Y', false) => 365.0 * DAY,
                        ('M', false) => 365.0 / 12.0 * DAY,
                        ('W', false) => 7.0 * DAY,
                        ('D', false) => DAY,
                        ('H', true) => 3600.0,
                        ('M', true) => 60.0,
                        ('S', true) => 1.0,
                        _ => return None,
                    };
            }
        }
    }
    (any && digits.is_empty()).then_some(seconds)
}

/// Seconds of `[d.]hh:mm[:ss]`.
fn time_span(text: &str) -> Option<f64> {
    let (days, clock) = match text.split_once('.') {
        Some((days, clock)) if clock.contains(':') => (days.parse::<f64>().ok()?, clock),
        _ => (0.0, text),
    };
    let parts: Vec<f64> = clock.split(':').map(str::parse).collect::<Result<_, _>>().ok()?;
    match parts.as_slice() {
        [hours, minutes] => Some(days * 86_400.0 + hours * 3600.0 + minutes * 60.0),
        [hours, minutes, seconds] => Some(days * 86_400.0 + hours * 3600.0 + minutes * 60.0 + seconds),
        _ => None,
    }
}

/// Seconds since midnight of `hh:mm[:ss]` or of the time in a date-time.
pub fn time_of_day(text: &str) -> Option<f64> {
    let clock = text.split_once(['T', 't']).map_or(text, |(_, clock)| clock);
    time_span(clock.trim_end_matches(['Z', 'z']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_compare_by_length() {
        assert_eq!(duration("P7Y"), duration("P84M"));
        assert_eq!(duration("P7Y"), duration("P2555D"));
        assert_eq!(duration("0.12:00:00"), duration("PT12H"));
        assert_eq!(duration("12:30"), Some(45_000.0));
        assert_eq!(duration("P"), None);
        assert_eq!(duration("7 years"), None);
    }

    #[test]
    fn quantities_of_times_are_seconds() {
        assert_eq!(time_of_day("2024-01-01T02:30:00Z"), Some(9000.0));
        let of = |text: &str| Quantity::of(&Value::string(text));
        assert_eq!(of("06:00"), of("PT6H"));
        assert_eq!(of("12"), Some(Quantity { number: 12.0, is_time: false }));
        assert_eq!(of("never"), None);
        assert_eq!(of("1.02:30:00").map(Quantity::shown).as_deref(), Some("26:30"));
    }
}
