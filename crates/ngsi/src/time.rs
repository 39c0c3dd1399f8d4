//! DateTime, Date and Time of clause 4.6.3: UTC with `Z`, at most six digits of a second.

/// Microseconds since 1970 of a DateTime, or nothing when it is not one. A comma is taken for the point.
#[must_use]
pub fn parse_us(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let (date, rest) = bytes.split_at_checked(10)?;
    let days = days_of(date)?;
    let rest = rest.strip_prefix(b"T")?;
    let in_day = time_us(rest)?;
    days.checked_mul(DAY_US)?.checked_add(in_day)
}

/// Whether it is a Date (`YYYY-MM-DD`).
#[must_use]
pub fn is_date(text: &str) -> bool {
    days_of(text.as_bytes()).is_some()
}

/// Whether it is a Time (`hh:mm:ssZ`).
#[must_use]
pub fn is_time(text: &str) -> bool {
    time_us(text.as_bytes()).is_some()
}

const DAY_US: i64 = 86_400_000_000;

fn digits(bytes: &[u8]) -> Option<i64> {
    let mut sum = 0_i64;
    for byte in bytes {
        if !byte.is_ascii_digit() {
            return None;
        }
        sum = sum * 10 + i64::from(byte - b'0');
    }
    Some(sum)
}

fn days_of(date: &[u8]) -> Option<i64> {
    let (&[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2], []) = date.split_first_chunk::<10>()? else {
        return None;
    };
    let year = digits(&[y1, y2, y3, y4])?;
    let month = digits(&[m1, m2])?;
    let day = digits(&[d1, d2])?;
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let longest = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    if day < 1 || day > longest {
        return None;
    }
    // Days of the civil calendar, counted in years that begin in March.
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let of_era = shifted - era * 400;
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

fn time_us(time: &[u8]) -> Option<i64> {
    let (&[h1, h2, b':', m1, m2, b':', s1, s2], rest) = time.split_first_chunk::<8>()? else { return None };
    let hour = digits(&[h1, h2])?;
    let minute = digits(&[m1, m2])?;
    let second = digits(&[s1, s2])?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let rest = rest.strip_suffix(b"Z")?;
    let mut micros = 0;
    if let Some((point, fraction)) = rest.split_first() {
        if !matches!(point, b'.' | b',') || fraction.is_empty() || fraction.len() > 6 {
            return None;
        }
        micros = digits(fraction)?;
        for _ in fraction.len()..6 {
            micros *= 10;
        }
    }
    Some(((hour * 60 + minute) * 60 + second) * 1_000_000 + micros)
}

/// The DateTime of an instant, with as many groups of three digits of a second as it needs.
#[must_use]
pub fn text(us: i64) -> String {
    let mut out = String::with_capacity(27);
    write(us, &mut out);
    out
}

/// Writes [`text`] onto `out`.
pub fn write(us: i64, out: &mut String) {
    // The years 0000 to 9999 are what a DateTime can say.
    let us = us.clamp(-62_167_219_200_000_000, 253_402_300_799_999_999);
    let (days, in_day) = (us.div_euclid(DAY_US), us.rem_euclid(DAY_US));
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (seconds, micros) = (in_day / 1_000_000, in_day % 1_000_000);
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    for (number, width, after) in
        [(year, 4, '-'), (month, 2, '-'), (day, 2, 'T'), (hour, 2, ':'), (minute, 2, ':')]
    {
        write_digits(number, width, out);
        out.push(after);
    }
    write_digits(second, 2, out);
    if micros > 0 {
        out.push('.');
        if micros % 1_000 == 0 { write_digits(micros / 1_000, 3, out) } else { write_digits(micros, 6, out) }
    }
    out.push('Z');
}

fn write_digits(number: i64, width: usize, out: &mut String) {
    let mut digits = [b'0'; 6];
    let mut left = number;
    for place in digits.iter_mut().take(width).rev() {
        *place += u8::try_from(left % 10).unwrap_or(0);
        left /= 10;
    }
    out.extend(digits.iter().take(width).map(|digit| char::from(*digit)));
}
