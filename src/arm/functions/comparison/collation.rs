//! Order of text in .NET's invariant culture, as far as templates need it.
//!
//! Weights compare level by level over the whole text: base characters first, then accents, then case (lower
//! before upper), and last the hyphens and apostrophes, which the word sort of Windows passes over till then
//! (<https://learn.microsoft.com/dotnet/api/system.globalization.compareoptions>, "word sort").
//! Symbols come before digits, digits before letters. Letters outside Latin follow it in the order of their code
//! points, which is exact within most scripts and a guess between them.

use std::cmp::Ordering;

/// Symbols in their order; white space counts as first.
const SYMBOLS: &str = "\t\n\u{b}\u{c}\r !\"#$%&()*,./:;?@[\\]^_`{|}~+<=>";

/// Latin letters with accents, lower case, by their base letter.
const ACCENTED: &[(char, &str)] = &[
    ('a', "áàăâåäãąā"),
    ('c', "ćĉčċç"),
    ('d', "ď"),
    ('e', "éèĕêěëėęē"),
    ('g', "ğĝġģ"),
    ('h', "ĥ"),
    ('i', "íìĭîïĩįī"),
    ('j', "ĵ"),
    ('k', "ķ"),
    ('l', "ĺľļ"),
    ('n', "ńňñņ"),
    ('o', "óòŏôöőõø"),
    ('r', "ŕřŗ"),
    ('s', "śŝšş"),
    ('t', "ťţ"),
    ('u', "úùŭûůüűũųū"),
    ('w', "ŵ"),
    ('y', "ýŷÿ"),
    ('z', "źžż"),
];

/// What texts are ordered by; comparing two keys is comparing the texts in invariant culture.
#[derive(Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct SortKey {
    base: Vec<u32>,
    accents: Vec<u8>,
    upper: Vec<bool>,
    passed_over: Vec<(usize, char)>,
}

impl SortKey {
    fn push(&mut self, base: u32, accent: u8, upper: bool) {
        self.base.push(base);
        self.accents.push(accent);
        self.upper.push(upper);
    }
}

/// The key of one text; worth keeping when many texts are sorted.
pub fn sort_key(text: &str) -> SortKey {
    let mut key = SortKey::default();
    for character in text.chars() {
        let lower = character.to_lowercase().next().unwrap_or(character);
        let upper = lower != character;
        match lower {
            '-' | '\'' => key.passed_over.push((key.base.len(), lower)),
            'ß' => {
                key.push(letter('s'), 0, false);
                key.push(letter('s'), 1, false);
            }
            'æ' | 'œ' => {
                key.push(letter(if lower == 'æ' { 'a' } else { 'o' }), 0, upper);
                key.push(letter('e'), 1, upper);
            }
            '0'..='9' => key.push(0x100 + u32::from(lower), 0, false),
            'a'..='z' => key.push(letter(lower), 0, upper),
            _ if lower.is_ascii() => {
                // Other control characters have no weight at all.
                if let Some(place) = SYMBOLS.chars().position(|symbol| symbol == lower) {
                    key.push(place as u32, 0, false);
                }
            }
            _ => match accented(lower) {
                Some((base, accent)) => key.push(letter(base), accent, upper),
                None => key.push(0x1000 + u32::from(lower), 0, upper),
            },
        }
    }
    key
}

fn letter(base: char) -> u32 {
    0x200 + u32::from(base)
}

/// Base letter and weight of the accent.
fn accented(lower: char) -> Option<(char, u8)> {
    ACCENTED.iter().find_map(|(base, letters)| {
        letters.chars().position(|letter| letter == lower).map(|place| (*base, place as u8 + 1))
    })
}

/// Orders two texts as .NET's invariant culture does: `a` < `A` < `b` < `B`, `10` < `9`.
pub fn compare_text(a: &str, b: &str) -> Ordering {
    if a == b { Ordering::Equal } else { sort_key(a).cmp(&sort_key(b)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stand_in_culture_order() {
        let ordered =
            ["", "_a", "10", "9", "a", "A", "ab", "aB", "AB", "é", "É", "ea", "résumé", "straße", "z", "Z", "ω"];
        for (i, a) in ordered.iter().enumerate() {
            for (j, b) in ordered.iter().enumerate() {
                assert_eq!(compare_text(a, b), i.cmp(&j), "{a} {b}");
            }
        }
    }

    #[test]
    fn hyphen_and_apostrophe_count_last() {
        assert_eq!(compare_text("co-op", "coop"), Ordering::Greater);
        assert_eq!(compare_text("co-op", "coopA"), Ordering::Less);
        assert_eq!(compare_text("co-op", "Coop"), Ordering::Less);
        assert_eq!(compare_text("it's", "its"), Ordering::Greater);
    }
}
