//! Codes that people read aloud or type: twelve letters and digits without those that look alike.

use unicode_normalization::UnicodeNormalization as _;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LETTERS: usize = 12;

/// A code of sixty bits, in groups of four.
pub fn drawn(bytes: [u8; 32]) -> String {
    let letters = bytes.iter().take(LETTERS).map(|byte| {
        let at = usize::from(byte % 32);
        ALPHABET.get(at).copied().map_or('0', char::from)
    });
    letters.enumerate().fold(String::new(), |mut out, (at, letter)| {
        if at > 0 && at % 4 == 0 {
            out.push('-');
        }
        out.push(letter);
        out
    })
}

/// A code as it was typed, in the form in which it was drawn; empty when it is none.
pub fn typed(text: &str) -> String {
    let letters: Vec<char> = text
        .nfkc()
        .flat_map(char::to_uppercase)
        .map(|c| match c {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .filter(|c| u8::try_from(*c).is_ok_and(|byte| ALPHABET.contains(&byte)))
        .collect();
    if letters.len() != LETTERS {
        return String::new();
    }
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_code_is_read_back_however_it_is_typed(bytes in any::<[u8; 32]>()) {
            let code = drawn(bytes);
            prop_assert_eq!(typed(&code), code.clone());
            prop_assert_eq!(typed(&code.to_lowercase().replace('-', " ")), code.clone());
            prop_assert_eq!(typed(&code.replace('0', "o").replace('1', "l")), code);
        }

        #[test]
        fn any_text_is_read_without_a_crash(text in "\\PC{0,40}") {
            let _ = typed(&text);
        }
    }
}
