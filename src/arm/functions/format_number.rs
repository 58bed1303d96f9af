//! Numbers as text, by .NET's standard and custom numeric format strings
//! (learn.microsoft.com/dotnet/standard/base-types/standard-numeric-format-strings and
//! custom-numeric-format-strings). The culture is English (United States).

/// A number to be written.
#[derive(Clone, Copy)]
pub enum Number {
    Int(i64),
    Float(f64),
}

/// Digits before which a float is written without exponent, and the most significant digits of a custom format.
const FLOAT_DIGITS: i64 = 15;
/// Most digits a precision may ask for here; .NET allows more, no template can hold them.
const MAX_PRECISION: usize = 1_000_000;

/// Digits with the place of the decimal point: `0.d1d2d3… × 10^point`. No digits is zero.
struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    point: i64,
}

impl Decimal {
    fn of(number: Number) -> Self {
        match number {
            Number::Int(value) => Decimal::from_text(value < 0, &value.unsigned_abs().to_string(), ""),
            Number::Float(value) => {
                // All digits of the float, so that rounding starts from its exact value.
                let text = format!("{:.1100}", value.abs());
                let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
                Decimal::from_text(value < 0.0, whole, fraction)
            }
        }
    }

    fn from_text(negative: bool, whole: &str, fraction: &str) -> Self {
        let mut digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).map(|digit| digit - b'0').collect();
        let mut point = whole.len() as i64;
        let zeros = digits.iter().take_while(|digit| **digit == 0).count();
        digits.drain(..zeros);
        point -= zeros as i64;
        let mut number = Decimal { negative, digits, point };
        number.trim();
        number
    }

    fn trim(&mut self) {
        let kept = self.digits.iter().rposition(|digit| *digit != 0).map_or(0, |last| last + 1);
        self.digits.truncate(kept);
        if self.digits.is_empty() {
            self.point = 0;
        }
    }

    /// Keeps the first `keep` digits, halves away from zero.
    fn round(&mut self, keep: i64) {
        let Some(&next) = usize::try_from(keep).ok().and_then(|keep| self.digits.get(keep)) else {
            if keep < 0 {
                self.digits.clear();
                self.trim();
            }
            return;
        };
        self.digits.truncate(keep as usize);
        if next >= 5 {
            while self.digits.last() == Some(&9) {
                self.digits.pop();
            }
            match self.digits.last_mut() {
                Some(digit) => *digit += 1,
                None => {
                    self.digits.push(1);
                    self.point += 1;
                }
            }
        }
        self.trim();
    }

    /// The digit at a place counted from the first one, zero beyond the last.
    fn digit(&self, place: i64) -> char {
        let digit = usize::try_from(place).ok().and_then(|place| self.digits.get(place));
        char::from(b'0' + digit.copied().unwrap_or(0))
    }

    /// Digits with `decimals` places after the point, grouped by thousands if wanted; no sign.
    fn fixed(&mut self, decimals: usize, grouped: bool) -> String {
        self.round(self.point.saturating_add(decimals as i64));
        let mut out = String::new();
        for left in (0..self.point.max(1)).rev() {
            out.push(if self.point <= 0 { '0' } else { self.digit(self.point - 1 - left) });
            if grouped && left > 0 && left % 3 == 0 {
                out.push(',');
            }
        }
        if decimals > 0 {
            out.push('.');
            out.extend((0..decimals as i64).map(|place| self.digit(self.point + place)));
        }
        out
    }

    /// `d.ddd` and an exponent of at least `exponent_digits`; `decimals` of nothing writes just the digits there are.
    fn scientific(&self, decimals: Option<usize>, letter: char, exponent_digits: usize) -> String {
        let mut out = String::from(self.digit(0));
        let decimals = decimals.unwrap_or(self.digits.len().saturating_sub(1));
        if decimals > 0 {
            out.push('.');
            out.extend((1..=decimals as i64).map(|place| self.digit(place)));
        }
        let exponent = if self.digits.is_empty() { 0 } else { self.point - 1 };
        out.push_str(&exponent_text(exponent, letter, exponent_digits, true));
        out
    }

    /// Without exponent where that is short enough, as the G format does.
    fn general(&self, most_digits: i64, letter: char) -> String {
        if self.point > most_digits || self.point < -3 {
            return self.scientific(None, letter, 2);
        }
        let mut out = String::new();
        for place in 0..self.point {
            out.push(self.digit(place));
        }
        if self.point <= 0 {
            out.push('0');
        }
        if self.digits.len() as i64 > self.point {
            out.push('.');
            out.extend((self.point.min(0)..0).map(|_| '0'));
            out.extend((self.point.max(0)..self.digits.len() as i64).map(|place| self.digit(place)));
        }
        out
    }

    fn signed(&self, text: String) -> String {
        if self.negative && !self.digits.is_empty() { format!("-{text}") } else { text }
    }
}

fn exponent_text(exponent: i64, letter: char, least_digits: usize, plus: bool) -> String {
    let sign = if exponent < 0 {
        "-"
    } else if plus {
        "+"
    } else {
        ""
    };
    format!("{letter}{sign}{}", zero_padded(exponent.unsigned_abs().to_string(), least_digits))
}

/// The shortest text that reads back as the same float, in .NET's form (`3.5`, `3`, `1E+16`).
pub fn shortest(value: f64) -> String {
    // Rust's `{:e}` has the shortest digits too.
    let text = format!("{:e}", value.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut number = Decimal::from_text(value < 0.0, whole, fraction);
    if !number.digits.is_empty() {
        number.point += exponent.parse::<i64>().unwrap_or(0);
    }
    let text = number.general(FLOAT_DIGITS, 'E');
    number.signed(text)
}

/// A number by a .NET format string; an empty one is the general format.
///
/// # Errors
/// A standard specifier that .NET does not know, or does not know for this kind of number.
pub fn format_number(number: Number, format: &str) -> Result<String, String> {
    let mut characters = format.chars();
    let letter = match characters.next() {
        None => 'G',
        Some(letter) if letter.is_ascii_alphabetic() && characters.all(|digit| digit.is_ascii_digit()) => letter,
        Some(_) => return Ok(custom(number, format)),
    };
    let digits = format.get(1..).unwrap_or_default();
    let precision = match digits {
        "" => None,
        digits => match digits.parse::<usize>() {
            Ok(precision) if precision <= MAX_PRECISION => Some(precision),
            _ => return Err(format!("the precision of the number format '{format}' is too large")),
        },
    };
    standard(number, letter, precision).ok_or_else(|| format!("'{format}' is no format for this number"))
}

fn standard(number: Number, letter: char, precision: Option<usize>) -> Option<String> {
    let upper = letter.to_ascii_uppercase();
    match (upper, number) {
        ('D', Number::Int(value)) => return Some(plain_integer(value, precision.unwrap_or(0))),
        ('G', Number::Int(value)) if precision.unwrap_or(0) == 0 => return Some(value.to_string()),
        ('R', Number::Int(value)) => return Some(value.to_string()),
        ('X', Number::Int(value)) => {
            let width = precision.unwrap_or(0);
            return Some(zero_padded(if letter == 'X' { format!("{value:X}") } else { format!("{value:x}") }, width));
        }
        ('B', Number::Int(value)) => {
            let width = precision.unwrap_or(0);
            return Some(zero_padded(format!("{value:b}"), width));
        }
        ('G', Number::Float(value)) if precision.unwrap_or(0) == 0 => return Some(shortest(value)),
        ('R', Number::Float(value)) => return Some(shortest(value)),
        _ => {}
    }
    let mut decimal = Decimal::of(number);
    let text = match upper {
        'F' => decimal.fixed(precision.unwrap_or(2), false),
        'N' => decimal.fixed(precision.unwrap_or(2), true),
        'C' => format!("${}", decimal.fixed(precision.unwrap_or(2), true)),
        'P' => {
            if !decimal.digits.is_empty() {
                decimal.point += 2;
            }
            format!("{}%", decimal.fixed(precision.unwrap_or(2), true))
        }
        'E' => {
            let decimals = precision.unwrap_or(6);
            decimal.round(decimals as i64 + 1);
            decimal.scientific(Some(decimals), letter, 3)
        }
        'G' => {
            let most = precision.unwrap_or(0) as i64;
            decimal.round(most);
            decimal.general(most, if letter == 'G' { 'E' } else { 'e' })
        }
        _ => return None,
    };
    Some(decimal.signed(text))
}

fn plain_integer(value: i64, width: usize) -> String {
    let sign = if value < 0 { "-" } else { "" };
    format!("{sign}{}", zero_padded(value.unsigned_abs().to_string(), width))
}

/// What a section of a custom format asks for.
#[derive(Default)]
struct Layout {
    digits: i64,
    /// Digit places before the point.
    point: i64,
    first_zero: Option<i64>,
    last_zero: i64,
    thousands: bool,
    scientific: bool,
    /// Power of ten the number is multiplied by (percent signs, trailing commas).
    scale: i64,
}

/// Start and end of the n-th section (positive, negative, zero) of a custom format; the first one where the n-th
/// is missing or empty.
fn section(format: &[char], wanted: usize) -> (usize, usize, usize) {
    let mut bounds = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while at < format.len() {
        match format[at] {
            '\\' => at += 1,
            quote @ ('\'' | '"') => {
                at += 1;
                while at < format.len() && format[at] != quote {
                    at += 1;
                }
            }
            ';' => {
                bounds.push((start, at));
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    bounds.push((start, format.len()));
    match bounds.get(wanted) {
        Some(&(from, to)) if wanted > 0 && from < to => (wanted, from, to),
        _ => (0, bounds[0].0, bounds[0].1),
    }
}

fn layout(format: &[char]) -> Layout {
    let mut layout = Layout::default();
    let mut point: Option<i64> = None;
    let mut comma: Option<i64> = None;
    let mut commas = 0;
    let mut at = 0;
    while at < format.len() {
        let character = format[at];
        at += 1;
        match character {
            '#' => layout.digits += 1,
            '0' => {
                layout.first_zero.get_or_insert(layout.digits);
                layout.digits += 1;
                layout.last_zero = layout.digits;
            }
            '.' => {
                point.get_or_insert(layout.digits);
            }
            ',' if layout.digits > 0 && point.is_none() => {
                if comma == Some(layout.digits) {
                    commas += 1;
                } else {
                    layout.thousands |= comma.is_some();
                    comma = Some(layout.digits);
                    commas = 1;
                }
            }
            '%' => layout.scale += 2,
            '‰' => layout.scale += 3,
            '\\' => at += 1,
            '\'' | '"' => at = after_quote(format, at, character),
            'E' | 'e' => {
                let signed = matches!(format.get(at), Some('+' | '-'));
                if format.get(at + usize::from(signed)) == Some(&'0') {
                    at += usize::from(signed);
                    while format.get(at) == Some(&'0') {
                        at += 1;
                    }
                    layout.scientific = true;
                }
            }
            _ => {}
        }
    }
    layout.point = point.unwrap_or(layout.digits);
    match comma {
        Some(place) if place == layout.point => layout.scale -= commas * 3,
        Some(_) => layout.thousands = true,
        None => {}
    }
    layout
}

/// The place after the closing quote, or the end.
fn after_quote(format: &[char], from: usize, quote: char) -> usize {
    format[from..].iter().position(|character| *character == quote).map_or(format.len(), |length| from + length + 1)
}

fn custom(number: Number, format: &str) -> String {
    let format: Vec<char> = format.chars().collect();
    let mut decimal = Decimal::of(number);
    if matches!(number, Number::Float(_)) {
        decimal.round(FLOAT_DIGITS);
    }
    let wanted = if decimal.digits.is_empty() { 2 } else { usize::from(decimal.negative) };
    let (mut index, mut from, mut to) = section(&format, wanted);
    let mut shape = layout(&format[from..to]);
    if !decimal.digits.is_empty() {
        decimal.point += shape.scale;
        let keep = if shape.scientific { shape.digits } else { decimal.point + shape.digits - shape.point };
        decimal.round(keep);
        if decimal.digits.is_empty() {
            // Rounded away: what is left is written as a zero.
            (index, from, to) = section(&format, 2);
            shape = layout(&format[from..to]);
        }
    }
    let text = write_custom(&decimal, &shape, &format[from..to]);
    if index == 0 { decimal.signed(text) } else { text }
}

fn write_custom(decimal: &Decimal, shape: &Layout, format: &[char]) -> String {
    // Places are counted down from the leftmost digit written: n, …, 1 before the point, 0, -1, … after it.
    let first_zero = shape.first_zero.map_or(0, |first| (shape.point - first).max(0));
    let last_zero = (shape.point - shape.last_zero).min(0);
    let (mut place, mut adjust) =
        if shape.scientific { (shape.point, 0) } else { (decimal.point.max(shape.point), decimal.point - shape.point) };
    let mut next = 0;
    let mut point_written = false;
    let mut out = String::new();
    let mut at = 0;
    let separator = |out: &mut String, place: i64| {
        if shape.thousands && place > 1 && (place - 1) % 3 == 0 {
            out.push(',');
        }
    };
    while at < format.len() {
        let character = format[at];
        at += 1;
        if matches!(character, '#' | '0' | '.') {
            // More digits than places before the point: they all go to the first place.
            while adjust > 0 {
                out.push(decimal.digit(next));
                next += 1;
                separator(&mut out, place);
                place -= 1;
                adjust -= 1;
            }
        }
        let more = next < decimal.digits.len() as i64;
        match character {
            '#' | '0' => {
                let written = if adjust < 0 {
                    adjust += 1;
                    (place <= first_zero).then_some('0')
                } else if more {
                    next += 1;
                    Some(decimal.digit(next - 1))
                } else {
                    (place > last_zero).then_some('0')
                };
                if let Some(digit) = written {
                    out.push(digit);
                    separator(&mut out, place);
                }
                place -= 1;
            }
            '.' => {
                if place == 0 && !point_written && (last_zero < 0 || (shape.point < shape.digits && more)) {
                    out.push('.');
                    point_written = true;
                }
            }
            ',' => {}
            '\\' => {
                out.extend(format.get(at));
                at += 1;
            }
            '\'' | '"' => {
                let end = after_quote(format, at, character);
                out.extend(format[at..end].iter().filter(|literal| **literal != character));
                at = end;
            }
            'E' | 'e' if shape.scientific => {
                let sign = format.get(at).filter(|sign| matches!(sign, '+' | '-'));
                let zeros_from = at + usize::from(sign.is_some());
                let zeros = format[zeros_from.min(format.len())..].iter().take_while(|zero| **zero == '0').count();
                if zeros == 0 {
                    out.push(character);
                    continue;
                }
                at = zeros_from + zeros;
                let exponent = if decimal.digits.is_empty() { 0 } else { decimal.point - shape.point };
                out.push_str(&exponent_text(exponent, character, zeros.min(10), sign == Some(&'+')));
            }
            _ => out.push(character),
        }
    }
    out
}

/// Digits with zeros before them, up to `width`. (The width of `format!` ends at 65,535.)
fn zero_padded(digits: String, width: usize) -> String {
    "0".repeat(width.saturating_sub(digits.len())) + &digits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn int(value: i64, format: &str) -> String {
        format_number(Number::Int(value), format).unwrap_or_else(|error| error)
    }

    fn float(value: f64, format: &str) -> String {
        format_number(Number::Float(value), format).unwrap_or_else(|error| error)
    }

    // The expected texts follow Microsoft's pages named at the head of this file.
    #[test]
    fn standard_formats_of_integers() {
        let cases = [
            (7, "D2", "07"),
            (-7, "D3", "-007"),
            (1234567, "G", "1234567"),
            (1234567, "", "1234567"),
            (1234567, "N0", "1,234,567"),
            (1234567, "N2", "1,234,567.00"),
            (-42, "n0", "-42"),
            (999, "N", "999.00"),
            (255, "X", "FF"),
            (255, "x4", "00ff"),
            (-1, "X", "FFFFFFFFFFFFFFFF"),
            (42, "B8", "00101010"),
            (1234, "F1", "1234.0"),
            (0, "F0", "0"),
            (7, "P0", "700%"),
            (-7, "P1", "-700.0%"),
            (12345, "C", "$12,345.00"),
            (-5, "C0", "-$5"),
            (-12345, "E2", "-1.23E+004"),
            (12345, "e", "1.234500e+004"),
            (0, "E1", "0.0E+000"),
            (12345, "G3", "1.23E+04"),
            (12345, "G5", "12345"),
            (99999, "G2", "1E+05"),
            (12, "R", "12"),
            (i64::MIN, "N0", "-9,223,372,036,854,775,808"),
        ];
        for (value, format, expected) in cases {
            assert_eq!(int(value, format), expected, "{value} as {format}");
        }
        assert!(format_number(Number::Int(7), "Z").is_err());
        assert!(format_number(Number::Float(7.0), "D2").is_err());
        assert!(format_number(Number::Int(7), "N999999999").is_err());
    }

    #[test]
    fn standard_formats_of_floats() {
        let cases = [
            (1.5, "", "1.5"),
            (3.0, "G", "3"),
            (2.5, "F0", "3"),
            (0.5, "F0", "1"),
            (-0.004, "F2", "0.00"),
            (1234.5678, "N2", "1,234.57"),
            (0.1234, "P1", "12.3%"),
            (1.0e16, "", "1E+16"),
            (123456789012345.0, "", "123456789012345"),
            (0.0001, "", "0.0001"),
            (0.00001, "", "1E-05"),
            (-1.25e-10, "", "-1.25E-10"),
            (0.0, "", "0"),
            (1.0e21, "F0", "1000000000000000000000"),
        ];
        for (value, format, expected) in cases {
            assert_eq!(float(value, format), expected, "{value} as {format}");
        }
    }

    #[test]
    fn custom_formats() {
        let cases = [
            (1234567, "#,##0", "1,234,567"),
            (1234567, "0,0", "1,234,567"),
            (-42, "+0;-0;zero", "-42"),
            (42, "+0;-0;zero", "+42"),
            (0, "+0;-0;zero", "zero"),
            (123, "00000", "00123"),
            (0, "#", ""),
            (0, "0", "0"),
            (123, "#.##", "123"),
            (123, "0.00", "123.00"),
            (1234567890, "#,,", "1235"),
            (1234567890, "#,##0,,", "1,235"),
            (1234567890, "(###) ###-####", "(123) 456-7890"),
            (86, "#0.##%", "8600%"),
            (86000, "0.###E+0", "8.6E+4"),
            (86000, "0.###E+000", "8.6E+004"),
            (86000, "0.###E-000", "8.6E004"),
            (987654, "\\#\\#\\# ##0", "### 987654"),
            (5, "0 'items'", "5 items"),
            (-5, "0", "-5"),
            (-5, "0;(0)", "(5)"),
            (12, "ab", "ab"),
            (-12, "ab", "-ab"),
            (5, "000;;", "005"),
        ];
        for (value, format, expected) in cases {
            assert_eq!(int(value, format), expected, "{value} as {format}");
        }
        let cases = [
            (0.45678, "0.00", "0.46"),
            (0.45678, "#.##", ".46"),
            (1.2, "0.00", "1.20"),
            (-0.001, "0.0;neg;none", "none"),
            (0.086, "#0.##%", "8.6%"),
            (1234.5678, "#,##0.0", "1,234.6"),
            (0.00354, "0.00‰", "3.54‰"),
        ];
        for (value, format, expected) in cases {
            assert_eq!(float(value, format), expected, "{value} as {format}");
        }
    }
}
