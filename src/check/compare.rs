//! The operators of the rule language on one value. Durations, versions, addresses and times of day compare by meaning.

use crate::arm::functions::{arguments, comparison};
use crate::document::{CompiledPath, Kind, Value};
use crate::policy::{Operand, Operator, Test, duration, time_of_day};
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
            // A parameter that is not secure is written out wherever deployments are.
            Operator::SecureSource if !unknown.secret => (!unknown.parameters.is_empty()).then_some(false),
            Operator::SecureSource => Some(true),
            Operator::NotMadeBy => match &test.operand {
                Operand::Pattern(pattern) => Some(!calls(&unknown.symbol).any(|name| pattern.is_match(name))),
                _ => None,
            },
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
        Operator::Equals => alike(value, operand, exact, names_region(&test.path)),
        Operator::NotEquals => !alike(value, operand, exact, names_region(&test.path)),
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
        Operator::Secret | Operator::SecureSource => clear_text_secret(value) != wanted,
        // What is known is no secret, and was made by no call of a live resource.
        Operator::NoDeployedSecret | Operator::NotMadeBy => true,
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
    pattern.find_iter(symbol).any(|found| !found.is_empty() && is_known(symbol, found.range()))
}

/// What the first group of a pattern matches in the known parts of a text.
pub fn captured_for_sure<'t>(pattern: &regex::Regex, symbol: &'t str) -> Option<&'t str> {
    pattern.captures_iter(symbol).find_map(|found| {
        let (whole, group) = (found.get(0)?, found.get(1)?);
        is_known(symbol, whole.range()).then_some(group.as_str())
    })
}

/// Whether a part of a text touches no hole.
fn is_known(symbol: &str, part: std::ops::Range<usize>) -> bool {
    let before = &symbol[..part.start];
    let is_outside = before.matches('‹').count() == before.matches('›').count();
    is_outside && !symbol[part].contains(['‹', '›', '…'])
}

/// The names of the functions that stand in an unknown's symbol.
fn calls(symbol: &str) -> impl Iterator<Item = &str> {
    symbol.match_indices('(').map(|(end, _)| {
        let is_name = |character: char| character.is_ascii_alphanumeric() || character == '_';
        symbol[..end].rsplit(|character| !is_name(character)).next().unwrap_or_default()
    })
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

/// Whether values at a path name regions: Azure takes `West Europe` for `westeurope`.
pub fn names_region(path: &CompiledPath) -> bool {
    [".location", ".locationName"].iter().any(|leaf| path.text().ends_with(leaf))
}

/// Equality, of regions whatever the spaces.
pub fn alike(a: &Value, b: &Value, exact: bool, are_regions: bool) -> bool {
    match (a.as_str(), b.as_str()) {
        (Some(a), Some(b)) if are_regions => a.replace(' ', "").eq_ignore_ascii_case(&b.replace(' ', "")),
        _ => equal(a, b, exact),
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
    fn versions_and_networks_compare_by_meaning() {
        assert!(version("TLS1_2") >= version("1.2"));
        assert!(version("TLS1_0") < version("TLS1_2"));
        assert!(within("10.1.2.3", "10.1.0.0/16") && !within("10.2.0.0/15", "10.2.0.0/16"));
        assert!(within("fd00::1", "fd00::/8") && !within("10.0.0.1", "::/0"));
    }
}
