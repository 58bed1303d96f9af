//! Date functions: points in time in UTC, ISO 8601 durations, and .NET's date format strings in the invariant culture
//! (learn.microsoft.com/dotnet/standard/base-types/standard-date-and-time-format-strings and
//! custom-date-and-time-format-strings).

use super::arguments::{count, integer, integer_if_known, only_texts, text, text_result, unknown_call};
use crate::document::Value;

/// The format of utcNow() without argument.
pub const DEFAULT_FORMAT: &str = "yyyyMMddTHHmmssZ";
/// ISO 8601 to the second, as dateTimeFromEpoch writes it.
const ISO_FORMAT: &str = "yyyy-MM-ddTHH:mm:ssZ";

/// .NET counts time in units of 100 nanoseconds.
const TICKS_PER_SECOND: i64 = 10_000_000;
const TICKS_PER_DAY: i64 = 86_400 * TICKS_PER_SECOND;
/// Days from 0001-01-01 to 1970-01-01.
const DAYS_TO_EPOCH: i64 = 719_162;
/// Days from 0001-01-01 to 10000-01-01, which .NET cannot express.
const DAYS_IN_ALL: i64 = 3_652_059;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// Calls `dateTimeAdd`, `dateTimeFromEpoch` or `dateTimeToEpoch`; nothing for other names. `name` is in lower case.
pub fn call(name: &str, args: &[Value]) -> Option<Result<Value, String>> {
    match name {
        "datetimeadd" => Some(date_time_add(args)),
        "datetimefromepoch" => Some(from_epoch(args)),
        "datetimetoepoch" => Some(to_epoch(args)),
        _ => None,
    }
}

/// A point in time in UTC, from 0001-01-01 to the end of 9999: 100-nanosecond ticks since 0001-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(i64);

impl Moment {
    /// The moment so many seconds after 1970-01-01; nothing outside the years 1 to 9999.
    pub fn from_epoch(seconds: i64) -> Option<Self> {
        Moment(0).plus(seconds.checked_mul(TICKS_PER_SECOND)?.checked_add(DAYS_TO_EPOCH * TICKS_PER_DAY)?)
    }

    /// Whole seconds since 1970-01-01.
    pub fn epoch(self) -> i64 {
        (self.0 - DAYS_TO_EPOCH * TICKS_PER_DAY).div_euclid(TICKS_PER_SECOND)
    }

    fn plus(self, ticks: i64) -> Option<Self> {
        let sum = self.0.checked_add(ticks)?;
        (0..DAYS_IN_ALL * TICKS_PER_DAY).contains(&sum).then_some(Moment(sum))
    }

    /// A date of the Gregorian calendar with ticks since its midnight; nothing for a date that does not exist.
    fn of(year: i64, month: i64, day: i64, ticks: i64) -> Option<Self> {
        if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
            return None;
        }
        let before: i64 = (1..month).map(|month| days_in_month(year, month)).sum();
        Moment((days_before_year(year) + before + day - 1) * TICKS_PER_DAY).plus(ticks)
    }

    /// Year, month and day.
    fn date(self) -> (i64, i64, i64) {
        let days = self.0 / TICKS_PER_DAY;
        // 146097 days are 400 years; the estimate is the year or the one after it.
        let mut year = days * 400 / 146_097 + 1;
        while days_before_year(year) > days {
            year -= 1;
        }
        while days_before_year(year + 1) <= days {
            year += 1;
        }
        let mut day = days - days_before_year(year) + 1;
        let mut month = 1;
        while day > days_in_month(year, month) {
            day -= days_in_month(year, month);
            month += 1;
        }
        (year, month, day)
    }

    /// Days after Sunday; 0001-01-01 was a Monday.
    fn weekday(self) -> &'static str {
        DAYS[((self.0 / TICKS_PER_DAY + 1) % 7) as usize]
    }

    /// Ticks since midnight.
    fn time(self) -> i64 {
        self.0 % TICKS_PER_DAY
    }
}

fn days_before_year(year: i64) -> i64 {
    let years = year - 1;
    years * 365 + years / 4 - years / 100 + years / 400
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn from_epoch(args: &[Value]) -> Result<Value, String> {
    const NAME: &str = "dateTimeFromEpoch";
    count(NAME, args, 1, Some(1))?;
    integer_if_known(NAME, args, 0)?;
    if let Some(unknown) = unknown_call(NAME, args) {
        return Ok(unknown);
    }
    let seconds = integer(NAME, args, 0)?;
    let moment = Moment::from_epoch(seconds).ok_or_else(|| out_of_range(NAME))?;
    text_result(NAME, format_date(moment, ISO_FORMAT)?)
}

fn to_epoch(args: &[Value]) -> Result<Value, String> {
    const NAME: &str = "dateTimeToEpoch";
    count(NAME, args, 1, Some(1))?;
    only_texts(NAME, args)?;
    if let Some(unknown) = unknown_call(NAME, args) {
        return Ok(unknown);
    }
    let (moment, _) = read_argument(NAME, text(NAME, args, 0)?)?;
    Ok(Value::int(moment.epoch()))
}

fn date_time_add(args: &[Value]) -> Result<Value, String> {
    const NAME: &str = "dateTimeAdd";
    count(NAME, args, 2, Some(3))?;
    only_texts(NAME, args)?;
    if let Some(unknown) = unknown_call(NAME, args) {
        return Ok(unknown);
    }
    // Without a format the one of the base counts.
    let (base, own_format) = read_argument(NAME, text(NAME, args, 0)?)?;
    let duration = text(NAME, args, 1)?;
    let ticks = read_duration(duration).ok_or_else(|| {
        format!("the function '{NAME}' wants an ISO 8601 duration such as P3Y or -PT1H, not '{duration}'")
    })?;
    let sum = base.plus(ticks).ok_or_else(|| out_of_range(NAME))?;
    let format = args.get(2).and_then(Value::as_str).unwrap_or(own_format);
    text_result(NAME, format_date(sum, format)?)
}

fn out_of_range(name: &str) -> String {
    format!("the function '{name}' gives no date outside the years 1 to 9999")
}

fn read_argument(name: &str, text: &str) -> Result<(Moment, &'static str), String> {
    read_date(text).ok_or_else(|| format!("the function '{name}' wants a date in ISO 8601, not '{text}'"))
}

/// Text that is read from its start.
struct Scanner<'t>(&'t str);

impl Scanner<'_> {
    fn take(&mut self, character: char) -> bool {
        let rest = self.0.strip_prefix(character);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn spaces(&mut self) {
        self.0 = self.0.trim_start_matches(' ');
    }

    /// From `least` to `most` digits as a number, with how many there were.
    fn digits(&mut self, least: usize, most: usize) -> Option<(i64, usize)> {
        let length = self.0.bytes().take(most).take_while(u8::is_ascii_digit).count();
        if length < least {
            return None;
        }
        let (digits, rest) = self.0.split_at(length);
        self.0 = rest;
        Some((digits.parse().ok()?, length))
    }

    fn number(&mut self, least: usize, most: usize) -> Option<i64> {
        self.digits(least, most).map(|(number, _)| number)
    }
}

/// Reads a date with or without time, in extended or basic ISO 8601, with a space for the `T` (.NET's `u`), as
/// month/day/year (its `d` and `G`), or as in RFC 1123 (its `R`). Without zone it is UTC.
/// Gives the format it is written in too.
fn read_date(text: &str) -> Option<(Moment, &'static str)> {
    let text = text.trim();
    if let Some(read) = read_rfc1123(text) {
        return Some(read);
    }
    let mut scan = Scanner(text);
    let (first, length) = scan.digits(1, 8)?;
    let (year, month, day, mut format) = if length == 8 {
        (first / 10_000, first / 100 % 100, first % 100, DEFAULT_FORMAT)
    } else if length == 4 && scan.take('-') {
        let month = scan.number(1, 2)?;
        let day = if scan.take('-') { scan.number(1, 2)? } else { return None };
        (first, month, day, ISO_FORMAT)
    } else if length <= 2 && scan.take('/') {
        let day = scan.number(1, 2)?;
        let year = if scan.take('/') { scan.number(4, 4)? } else { return None };
        (year, first, day, "MM/dd/yyyy HH:mm:ss")
    } else {
        return None;
    };
    let mut ticks = 0;
    if !scan.0.is_empty() {
        let spaced = scan.0.starts_with(' ');
        scan.spaces();
        if !spaced && !scan.take('T') && !scan.take('t') {
            return None;
        }
        let (time, fraction) = read_time(&mut scan)?;
        ticks = time;
        if format == ISO_FORMAT {
            format = match (spaced, fraction) {
                (true, _) => "u",
                (false, true) => "o",
                (false, false) => ISO_FORMAT,
            };
        }
        scan.spaces();
        ticks -= read_offset(&mut scan)? * 60 * TICKS_PER_SECOND;
    }
    if !scan.0.is_empty() {
        return None;
    }
    // The offset may lead to another day, so the date must stand first.
    Some((Moment::of(year, month, day, 0)?.plus(ticks)?, format))
}

/// `Tue, 07 Apr 2020 14:53:14 GMT`.
fn read_rfc1123(text: &str) -> Option<(Moment, &'static str)> {
    let (weekday, rest) = text.strip_suffix(" GMT")?.split_once(", ")?;
    if !DAYS.iter().any(|day| day[..3].eq_ignore_ascii_case(weekday)) {
        return None;
    }
    let mut scan = Scanner(rest);
    let day = scan.number(1, 2)?;
    scan.spaces();
    let (name, rest) = scan.0.split_once(' ')?;
    let month = MONTHS.iter().position(|month| month[..3].eq_ignore_ascii_case(name))?;
    scan = Scanner(rest);
    let year = scan.number(4, 4)?;
    scan.spaces();
    let (ticks, _) = read_time(&mut scan)?;
    let moment = Moment::of(year, month as i64 + 1, day, ticks)?;
    scan.0.is_empty().then_some((moment, "r"))
}

/// Hours, minutes, and maybe seconds with a fraction, as ticks; tells if there was a fraction.
fn read_time(scan: &mut Scanner) -> Option<(i64, bool)> {
    let hour = scan.number(2, 2)?;
    let colons = scan.take(':');
    let minute = scan.number(2, 2)?;
    let mut ticks = 0;
    let mut second = 0;
    let mut fraction = false;
    if if colons { scan.take(':') } else { scan.0.starts_with(|next: char| next.is_ascii_digit()) } {
        second = scan.number(2, 2)?;
        fraction = scan.take('.');
        if fraction {
            let (digits, length) = scan.digits(1, 7)?;
            ticks = digits * 10i64.pow(7 - length as u32);
            // Digits below a tick are dropped.
            scan.0 = scan.0.trim_start_matches(|digit: char| digit.is_ascii_digit());
        }
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some(((hour * 3600 + minute * 60 + second) * TICKS_PER_SECOND + ticks, fraction))
}

/// Minutes east of UTC: `Z`, `+01:00`, `+0100`, `+01`, or nothing.
fn read_offset(scan: &mut Scanner) -> Option<i64> {
    if scan.0.is_empty() || scan.take('Z') || scan.take('z') {
        return Some(0);
    }
    let sign = match (scan.take('+'), scan.take('-')) {
        (true, _) => 1,
        (_, true) => -1,
        _ => return None,
    };
    let hours = scan.number(2, 2)?;
    let colon = scan.take(':');
    let minutes = if colon || !scan.0.is_empty() { scan.number(2, 2)? } else { 0 };
    (hours <= 14 && minutes <= 59).then_some(sign * (hours * 60 + minutes))
}

/// The ticks of an ISO 8601 duration as .NET's XmlConvert.ToTimeSpan reads it: a year has 365 days, twelve months are
/// a year, the months left have 30 days each. Weeks are not known. Nothing for what is malformed or too long.
fn read_duration(text: &str) -> Option<i64> {
    let mut scan = Scanner(text.trim());
    let negative = scan.take('-');
    if !scan.take('P') {
        return None;
    }
    // Days of each date unit; ticks of each time unit.
    let (mut years, mut months, mut days, mut ticks) = (0i64, 0i64, 0i64, 0i64);
    let mut unit_before = 0;
    let mut any = false;
    let mut in_time = false;
    while !scan.0.is_empty() {
        if !in_time && scan.take('T') {
            in_time = true;
            any = false;
            continue;
        }
        let number = scan.number(1, 10).filter(|number| i32::try_from(*number).is_ok())?;
        let fraction = if in_time && scan.take('.') {
            let (digits, length) = scan.digits(0, 7)?;
            scan.0 = scan.0.trim_start_matches(|digit: char| digit.is_ascii_digit());
            Some(digits * 10i64.pow(7 - length as u32))
        } else {
            None
        };
        let letter = scan.0.chars().next()?;
        scan.take(letter);
        let unit = match (in_time, letter) {
            (false, 'Y') => 1,
            (false, 'M') => 2,
            (false, 'D') => 3,
            (true, 'H') => 4,
            (true, 'M') => 5,
            (true, 'S') => 6,
            _ => return None,
        };
        // Units come in their order, each at most once, and only seconds have a fraction.
        if unit <= unit_before || (fraction.is_some() && unit != 6) {
            return None;
        }
        unit_before = unit;
        any = true;
        match unit {
            1 => years = number,
            2 => months = number,
            3 => days = number,
            4 => ticks += number * 3600 * TICKS_PER_SECOND,
            5 => ticks += number * 60 * TICKS_PER_SECOND,
            _ => ticks += number * TICKS_PER_SECOND + fraction.unwrap_or(0),
        }
    }
    let days = (years + months / 12) * 365 + months % 12 * 30 + days;
    let ticks = days.checked_mul(TICKS_PER_DAY)?.checked_add(ticks)?;
    any.then_some(if negative { -ticks } else { ticks })
}

/// A moment as text by a .NET date format string, standard (`u`, `d`, …) or custom (`yyyy-MM-dd`).
///
/// # Errors
/// A format that .NET refuses: an unknown standard specifier, more than seven `f`, an open quote, a lone `%` or `\`.
pub fn format_date(moment: Moment, format: &str) -> Result<String, String> {
    let mut characters = format.chars();
    let pattern = match (characters.next(), characters.next()) {
        (None, _) => "MM/dd/yyyy HH:mm:ss",
        (Some(letter), None) => match letter {
            'd' => "MM/dd/yyyy",
            'D' => "dddd, dd MMMM yyyy",
            'f' => "dddd, dd MMMM yyyy HH:mm",
            'F' | 'U' => "dddd, dd MMMM yyyy HH:mm:ss",
            'g' => "MM/dd/yyyy HH:mm",
            'G' => "MM/dd/yyyy HH:mm:ss",
            'm' | 'M' => "MMMM dd",
            'o' | 'O' => "yyyy-MM-ddTHH:mm:ss.fffffffK",
            'r' | 'R' => "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
            's' => "yyyy-MM-ddTHH:mm:ss",
            't' => "HH:mm",
            'T' => "HH:mm:ss",
            'u' => "yyyy-MM-dd HH:mm:ssZ",
            'y' | 'Y' => "yyyy MMMM",
            _ => return Err(refused(format)),
        },
        _ => format,
    };
    custom(moment, pattern).ok_or_else(|| refused(format))
}

fn refused(format: &str) -> String {
    format!("'{format}' is no format for a date")
}

/// Nothing when the pattern is malformed.
fn custom(moment: Moment, pattern: &str) -> Option<String> {
    let pattern: Vec<char> = pattern.chars().collect();
    let mut out = String::new();
    let mut at = 0;
    while let Some(&letter) = pattern.get(at) {
        let run = pattern[at..].iter().take_while(|next| **next == letter).count();
        match letter {
            'd' | 'f' | 'F' | 'g' | 'h' | 'H' | 'K' | 'm' | 'M' | 's' | 't' | 'y' | 'z' => {
                // Zone designators do not repeat.
                let run = if letter == 'K' { 1 } else { run };
                specifier(&mut out, moment, letter, run)?;
                at += run;
            }
            '\'' | '"' => at = quoted(&mut out, &pattern, at + 1, letter)?,
            '%' => {
                // Lets a single letter stand as a custom specifier.
                let next = *pattern.get(at + 1).filter(|next| **next != '%')?;
                out.push_str(&custom_single(moment, next)?);
                at += 2;
            }
            '\\' => {
                out.push(*pattern.get(at + 1)?);
                at += 2;
            }
            _ => {
                out.push(letter);
                at += 1;
            }
        }
    }
    Some(out)
}

fn custom_single(moment: Moment, letter: char) -> Option<String> {
    if matches!(letter, '\'' | '"' | '\\') {
        return None;
    }
    custom(moment, letter.encode_utf8(&mut [0; 4]))
}

/// Text in quotes, in which a backslash takes the next character as it is; gives the place after the closing quote.
fn quoted(out: &mut String, pattern: &[char], mut at: usize, quote: char) -> Option<usize> {
    loop {
        let character = *pattern.get(at)?;
        at += 1;
        if character == quote {
            return Some(at);
        }
        if character == '\\' {
            out.push(*pattern.get(at)?);
            at += 1;
        } else {
            out.push(character);
        }
    }
}

fn specifier(out: &mut String, moment: Moment, letter: char, run: usize) -> Option<()> {
    let (year, month, day) = moment.date();
    let second = moment.time() / TICKS_PER_SECOND;
    let hour = second / 3600;
    // One letter writes the number as it is, two or more pad it to two digits.
    let mut number = |number: i64, width: usize| out.push_str(&format!("{number:0width$}"));
    match (letter, run) {
        ('d', 1 | 2) => number(day, run),
        ('d', 3) => out.push_str(&moment.weekday()[..3]),
        ('d', _) => out.push_str(moment.weekday()),
        ('M', 1 | 2) => number(month, run),
        ('M', 3) => out.push_str(&MONTHS.get(month as usize - 1)?[..3]),
        ('M', _) => out.push_str(MONTHS.get(month as usize - 1)?),
        ('y', 1 | 2) => number(year % 100, run),
        ('y', _) => number(year, run),
        ('h', _) => number((hour + 11) % 12 + 1, run.min(2)),
        ('H', _) => number(hour, run.min(2)),
        ('m', _) => number(second / 60 % 60, run.min(2)),
        ('s', _) => number(second % 60, run.min(2)),
        ('t', 1) => out.push(if hour < 12 { 'A' } else { 'P' }),
        ('t', _) => out.push_str(if hour < 12 { "AM" } else { "PM" }),
        ('g', _) => out.push_str("A.D."),
        ('K', _) => out.push('Z'),
        ('z', 1) => out.push_str("+0"),
        ('z', 2) => out.push_str("+00"),
        ('z', _) => out.push_str("+00:00"),
        ('f' | 'F', 1..=7) => {
            let digits = format!("{:07}", moment.time() % TICKS_PER_SECOND);
            let digits = &digits[..run];
            if letter == 'f' {
                out.push_str(digits);
            } else {
                // Trailing zeros go, and the point before them when nothing is left.
                let digits = digits.trim_end_matches('0');
                out.push_str(digits);
                if digits.is_empty() && out.ends_with('.') {
                    out.pop();
                }
            }
        }
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::UnknownReason;

    fn at(text: &str) -> Moment {
        read_date(text).map_or(Moment(-1), |(moment, _)| moment)
    }

    fn formatted(text: &str, format: &str) -> String {
        format_date(at(text), format).unwrap_or_else(|_| "error".to_string())
    }

    fn add(texts: &[&str]) -> String {
        let args: Vec<Value> = texts.iter().copied().map(Value::string).collect();
        match call("datetimeadd", &args) {
            Some(Ok(value)) => value.symbol().map_or("no text".to_string(), |text| text.to_string()),
            _ => "error".to_string(),
        }
    }

    #[test]
    fn every_day_of_the_calendar_reads_back() {
        let mut days = 0;
        for year in 1..=9999 {
            for month in 1..=12 {
                for day in 1..=days_in_month(year, month) {
                    assert_eq!(Moment(days * TICKS_PER_DAY).date(), (year, month, day));
                    days += 1;
                }
            }
        }
        assert_eq!(days, DAYS_IN_ALL);
        assert_eq!(at("1970-01-01"), Moment(DAYS_TO_EPOCH * TICKS_PER_DAY));
    }

    #[test]
    fn dates_are_read_in_the_forms_templates_use() {
        let expected = at("2020-04-07T14:53:14Z");
        assert_eq!(expected.epoch(), 1_586_271_194);
        for same in [
            "2020-04-07 14:53:14Z",
            "20200407T145314Z",
            "2020-04-07T16:53:14+02:00",
            "2020-04-07T14:53:14",
            "04/07/2020 14:53:14",
            "Tue, 07 Apr 2020 14:53:14 GMT",
            "2020-04-07T14:53:14.000Z",
            "2020-04-07T04:53:14-1000",
            " 2020-04-07T14:53:14.0000000Z ",
        ] {
            assert_eq!(at(same), expected, "{same}");
        }
        assert_eq!(at("2020-01-01T00:30:00+01:00").epoch(), at("2019-12-31T23:30:00Z").epoch());
        for bad in [
            "",
            "bad",
            "2020-02-30",
            "2020-13-01",
            "2020-04-07T25:00Z",
            "2020-04",
            "2020-04-07T14:53:14Zx",
            "2020-04-07Z",
            "0000-01-01",
            "99999999",
            "0001-01-01T00:00+01:00",
        ] {
            assert_eq!(at(bad), Moment(-1), "{bad}");
        }
    }

    #[test]
    fn durations_have_years_of_365_and_months_of_30_days() {
        let days = |text| read_duration(text).map(|ticks| ticks / TICKS_PER_DAY);
        assert_eq!(days("P1Y"), Some(365));
        assert_eq!(days("P1M"), Some(30));
        assert_eq!(days("P12M"), Some(365));
        assert_eq!(days("-P1Y13M9D"), Some(-(365 + 365 + 30 + 9)));
        assert_eq!(read_duration("PT1.5S"), Some(15_000_000));
        assert_eq!(read_duration("P1DT2H3M4S"), Some(((24 + 2) * 3600 + 3 * 60 + 4) * TICKS_PER_SECOND));
        for bad in [
            "",
            "P",
            "PT",
            "P1DT",
            "1D",
            "P1W",
            "P1H",
            "PT1D",
            "P1D1Y",
            "P1D2D",
            "P1.5D",
            "PT1.5H",
            "P99999999999D",
            "P-1D",
            "P2147483647Y",
            "--P1D",
            "P1",
        ] {
            assert_eq!(read_duration(bad), None, "{bad}");
        }
    }

    #[test]
    fn sums_are_written_as_the_base_is_or_as_asked() {
        assert_eq!(add(&["2020-04-07 14:53:14Z", "P3Y"]), "2023-04-07 14:53:14Z");
        assert_eq!(add(&["2020-04-07T14:53:14Z", "P3Y"]), "2023-04-07T14:53:14Z");
        assert_eq!(add(&["20200407T145314Z", "PT1H"]), "20200407T155314Z");
        assert_eq!(add(&["2022-09-01T00:00:00Z", "P10Y", "yyyy-MM-dd"]), "2032-08-29");
        assert_eq!(add(&["9999-12-31T23:59:59Z", "PT1S"]), "error");
        assert_eq!(add(&["0001-01-01T00:00:00Z", "-PT1S"]), "error");
        let base = Value::unknown(UnknownReason::Runtime("utcNow()".into()), "‹utcNow()›");
        let sum = call("datetimeadd", &[base, Value::string("P1D")]);
        let symbol = sum.and_then(Result::ok).and_then(|value| value.symbol());
        assert_eq!(symbol.as_deref(), Some("‹dateTimeAdd(utcNow(), 'P1D')›"));
    }

    #[test]
    fn epochs_cover_the_years_1_to_9999() {
        let from = |seconds| match call("datetimefromepoch", &[Value::int(seconds)]) {
            Some(Ok(value)) => value.symbol().map_or("no text".to_string(), |text| text.to_string()),
            _ => "error".to_string(),
        };
        assert_eq!(from(-1), "1969-12-31T23:59:59Z");
        assert_eq!(from(-62_135_596_800), "0001-01-01T00:00:00Z");
        assert_eq!(from(253_402_300_799), "9999-12-31T23:59:59Z");
        assert_eq!(from(253_402_300_800), "error");
        assert_eq!(from(i64::MIN), "error");
        assert_eq!(at("1969-12-31T23:59:59.5Z").epoch(), -1);
    }

    #[test]
    fn standard_formats_are_those_of_the_invariant_culture() {
        let cases = [
            ("d", "03/05/2019"),
            ("D", "Tuesday, 05 March 2019"),
            ("f", "Tuesday, 05 March 2019 17:53"),
            ("F", "Tuesday, 05 March 2019 17:53:18"),
            ("g", "03/05/2019 17:53"),
            ("G", "03/05/2019 17:53:18"),
            ("m", "March 05"),
            ("o", "2019-03-05T17:53:18.0000000Z"),
            ("R", "Tue, 05 Mar 2019 17:53:18 GMT"),
            ("s", "2019-03-05T17:53:18"),
            ("t", "17:53"),
            ("T", "17:53:18"),
            ("u", "2019-03-05 17:53:18Z"),
            ("U", "Tuesday, 05 March 2019 17:53:18"),
            ("y", "2019 March"),
            ("", "03/05/2019 17:53:18"),
            (DEFAULT_FORMAT, "20190305T175318Z"),
            ("x", "error"),
        ];
        for (format, expected) in cases {
            assert_eq!(formatted("2019-03-05T17:53:18Z", format), expected, "{format}");
        }
    }

    #[test]
    fn custom_formats() {
        let cases = [
            ("M d", "3 5"),
            ("ddd, d MMM yy", "Tue, 5 Mar 19"),
            ("hh:mm tt", "05:53 PM"),
            ("h t", "5 P"),
            ("yyyyy", "02019"),
            ("%d", "5"),
            ("%H", "17"),
            ("HHH", "17"),
            ("'at' H\\h", "at 17h"),
            ("\"q\\\"\"y", "q\"19"),
            ("ss.fff", "18.250"),
            ("ss.FFF", "18.25"),
            ("fffffff", "2500000"),
            ("zzz", "+00:00"),
            ("KK", "ZZ"),
            ("yyyy g", "2019 A.D."),
            ("dd/MM/yyyy", "05/03/2019"),
            ("ffffffff", "error"),
            ("'open", "error"),
            ("yy%", "error"),
            ("%%", "error"),
            ("yy\\", "error"),
        ];
        for (format, expected) in cases {
            assert_eq!(formatted("2019-03-05T17:53:18.25Z", format), expected, "{format}");
        }
        assert_eq!(formatted("2019-03-05T00:05:00Z", "h:mm tt"), "12:05 AM");
        assert_eq!(formatted("2019-03-05T00:05:00Z", "ss.FF"), "00");
    }
}
