//! The operators of the rule language on one value. Durations, versions, addresses and times of day compare by meaning.

use crate::arm::functions::{arguments, comparison};
use crate::document::{Kind, Value};
use crate::policy::{Operand, Operator, Test};
use std::net::IpAddr;

/// Whether a value passes: nothing when that is not known.
pub fn holds(test: &Test, value: &Value, operand: &Value) -> Option<bool> {
    let exact = test.exact_case;
    if let Kind::Unknown(unknown) = &value.kind {
        return match test.operator {
            // Something stands there, though its text is not known.
            Operator::Exists => Some(operand.as_bool() == Some(true)),
            // A value that only a deployment knows is not in the text.
            Operator::Secret => Some(true),
            Operator::NoDeployedSecret => Some(!unknown.secret),
            Operator::Equals => {
                comparison::same(value, operand).filter(|same| !*same || exact || operand.as_str().is_none())
            }
            Operator::NotEquals => comparison::same(value, operand).map(|same| !same),
            Operator::IsEmpty if !unknown.symbol.starts_with('‹') => Some(operand.as_bool() == Some(false)),
            Operator::StartsWith => affix(
                &arguments::known_prefix(&unknown.symbol).to_lowercase(),
                &operand.as_str().unwrap_or("").to_lowercase(),
                |text, part| text.starts_with(part),
            ),
            Operator::EndsWith => affix(
                &arguments::known_suffix(&unknown.symbol).to_lowercase(),
                &operand.as_str().unwrap_or("").to_lowercase(),
                |text, part| text.ends_with(part),
            ),
            Operator::Matches => match &test.operand {
                // What matches outside of holes matches whatever stands in them.
                Operand::Pattern(pattern) => surely_matches(pattern, &unknown.symbol).then_some(true),
                _ => None,
            },
            _ => None,
        };
    }
    if arguments::has_unknown(operand) {
        return None;
    }
    let text = |value: &Value| value.symbol().map(|text| text.to_string());
    let folded = |text: String| if exact { text } else { text.to_lowercase() };
    let both = |check: fn(&str, &str) -> bool| match (text(value), text(operand)) {
        (Some(value), Some(operand)) => check(&folded(value), &folded(operand)),
        _ => false,
    };
    let wanted = operand.as_bool() == Some(true);
    Some(match test.operator {
        Operator::Equals => equal(value, operand, exact),
        Operator::NotEquals => !equal(value, operand, exact),
        Operator::In => operand.as_array().unwrap_or_default().iter().any(|item| equal(value, item, exact)),
        Operator::NotIn => !operand.as_array().unwrap_or_default().iter().any(|item| equal(value, item, exact)),
        Operator::Exists => wanted != value.is_null(),
        Operator::Matches => match &test.operand {
            Operand::Pattern(pattern) => text(value).is_some_and(|text| pattern.is_match(&text)),
            _ => false,
        },
        Operator::Contains => match &value.kind {
            Kind::Array(items) => {
                if items.iter().any(|item| equal(item, operand, exact)) {
                    true
                } else if items.iter().any(|item| item.as_unknown().is_some()) {
                    return None;
                } else {
                    false
                }
            }
            Kind::Object(object) => operand.as_str().is_some_and(|key| object.get(key).is_some()),
            _ => both(|value, operand| value.contains(operand)),
        },
        Operator::StartsWith => both(|value, operand| value.starts_with(operand)),
        Operator::EndsWith => both(|value, operand| value.ends_with(operand)),
        Operator::AtLeast => number(value)? >= number(operand)?,
        Operator::AtMost => number(value)? <= number(operand)?,
        Operator::Between => match operand.as_array() {
            Some([low, high]) => (number(low)?..=number(high)?).contains(&number(value)?),
            _ => false,
        },
        Operator::Length | Operator::Count => {
            let length = match &value.kind {
                Kind::Array(items) => items.len(),
                Kind::Object(object) => object.members.len(),
                Kind::String(text) => text.chars().count(),
                _ => return Some(false),
            };
            matches!(&test.operand, Operand::Bounds(bounds) if bounds.hold(length as i64))
        }
        Operator::Unique => {
            let items = value.as_array().unwrap_or_default();
            let twice =
                items.iter().enumerate().any(|(at, item)| items[..at].iter().any(|other| equal(item, other, exact)));
            twice != wanted
        }
        Operator::IsTrue => truth(value) == Some(wanted),
        Operator::IsFalse => truth(value) == Some(!wanted),
        Operator::IsEmpty => {
            let empty = match &value.kind {
                Kind::Null => true,
                Kind::String(text) => text.trim().is_empty(),
                Kind::Array(items) => items.is_empty(),
                Kind::Object(object) => object.members.is_empty(),
                _ => false,
            };
            empty == wanted
        }
        Operator::DurationAtLeast => {
            duration(&text(value)?).is_some_and(|d| Some(d) >= text(operand).and_then(|t| duration(&t)))
        }
        Operator::DurationAtMost => {
            let most = text(operand).and_then(|text| duration(&text))?;
            duration(&text(value)?).is_some_and(|given| given <= most)
        }
        Operator::VersionAtLeast => {
            // A number where Azure takes text (`1.2`) means the version it spells.
            let given = match &value.kind {
                Kind::Int(_) | Kind::Float(_) => version(&value.to_json().to_string()),
                _ => version(&text(value)?),
            };
            !given.is_empty() && given >= version(&text(operand)?)
        }
        Operator::WithinCidr => {
            let text = text(value)?;
            let inside = |network: &Value| network.as_str().is_some_and(|network| within(&text, network));
            match operand.as_array() {
                Some(networks) => networks.iter().any(inside),
                None => inside(operand),
            }
        }
        Operator::TimeAtMost => match (time_of_day(&text(value)?), time_of_day(&text(operand)?)) {
            (Some(given), Some(most)) => given <= most,
            _ => false,
        },
        Operator::Secret => clear_text_secret(value) != wanted,
        Operator::NoDeployedSecret => true,
    })
}

/// Whether a text begins (or ends) with `wanted`, of which only its known beginning (or end) is known.
fn affix(known: &str, wanted: &str, has: fn(&str, &str) -> bool) -> Option<bool> {
    if has(known, wanted) {
        Some(true)
    } else if has(wanted, known) {
        None
    } else {
        Some(false)
    }
}

fn surely_matches(pattern: &regex::Regex, symbol: &str) -> bool {
    pattern.find_iter(symbol).any(|found| is_sure(found, symbol))
}

/// What the first group of a pattern captures outside of holes.
pub fn surely_captured<'s>(pattern: &regex::Regex, symbol: &'s str) -> Option<&'s str> {
    let mut sure = pattern.captures_iter(symbol).filter(|found| found.get(0).is_some_and(|all| is_sure(all, symbol)));
    sure.find_map(|found| found.get(1)).map(|group| group.as_str())
}

/// Whether a match stands outside of holes, whatever stands in them.
fn is_sure(found: regex::Match, symbol: &str) -> bool {
    let before = &symbol[..found.start()];
    let is_outside = before.matches('‹').count() == before.matches('›').count();
    is_outside && !found.is_empty() && !found.as_str().contains(['‹', '›', '…'])
}

/// A literal that is not a reference to a vault, a placeholder or empty.
fn clear_text_secret(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty() && !text.trim_start().starts_with("@Microsoft.KeyVault("))
}

/// Equality as rules mean it: strings in any case, `"true"` is not `true`, `3` is `3.0`.
pub fn equal(a: &Value, b: &Value, exact: bool) -> bool {
    match (&a.kind, &b.kind) {
        (Kind::String(a), Kind::String(b)) if !exact => {
            a.eq_ignore_ascii_case(b) || a.to_lowercase() == b.to_lowercase()
        }
        (Kind::Array(a), Kind::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| equal(a, b, exact))
        }
        _ => a == b,
    }
}

/// Equality of two scalars as people mean it: any case of text.
pub fn same_text(a: &Value, b: &Value) -> bool {
    equal(a, b, false)
}

fn truth(value: &Value) -> Option<bool> {
    value.as_bool().or_else(|| match value.as_str()?.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    })
}

fn number(value: &Value) -> Option<f64> {
    match &value.kind {
        Kind::Int(number) => Some(*number as f64),
        Kind::Float(number) => Some(*number),
        Kind::String(text) => text.trim().parse().ok(),
        _ => None,
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
fn time_of_day(text: &str) -> Option<f64> {
    let clock = text.split_once(['T', 't']).map_or(text, |(_, clock)| clock);
    time_span(clock.trim_end_matches(['Z', 'z']))
}

/// The numbers in a version, in order: `TLS1_2` is 1, 2.
fn version(text: &str) -> Vec<u64> {
    text.split(|character: char| !character.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect()
}

/// Whether an address or network lies inside a network.
fn within(inner: &str, outer: &str) -> bool {
    let parse = |text: &str| -> Option<(u128, u32, u32)> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let (bits, width) = match address.trim().parse().ok()? {
            IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
            IpAddr::V6(address) => (u128::from(address), 128),
        };
        let prefix = prefix.map_or(Some(width), |prefix| prefix.trim().parse().ok())?;
        (prefix <= width).then_some((bits, prefix, width))
    };
    match (parse(inner), parse(outer)) {
        (Some((inner, inner_prefix, a)), Some((outer, prefix, b))) => {
            a == b && inner_prefix >= prefix && (prefix == 0 || inner >> (a - prefix) == outer >> (b - prefix))
        }
        _ => false,
    }
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
    fn versions_networks_and_times_compare_by_meaning() {
        assert!(version("TLS1_2") >= version("1.2"));
        assert!(version("TLS1_0") < version("TLS1_2"));
        assert!(within("10.1.2.3", "10.1.0.0/16") && !within("10.2.0.0/15", "10.2.0.0/16"));
        assert!(within("fd00::1", "fd00::/8") && !within("10.0.0.1", "::/0"));
        assert_eq!(time_of_day("2024-01-01T02:30:00Z"), Some(9000.0));
    }
}
