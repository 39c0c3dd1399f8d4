//! CSV for spreadsheets: UTF-8 with BOM, and no cell that a spreadsheet would run as a formula.

use crate::fault::Fault;

/// A whole table as a file.
pub fn table<S: AsRef<str>>(
    header: &[&str],
    rows: impl IntoIterator<Item = Vec<S>>,
) -> Result<Vec<u8>, Fault> {
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(b"\xef\xbb\xbf".to_vec());
    writer.write_record(header.iter().map(|cell| safe(cell))).map_err(Fault::internal)?;
    for row in rows {
        writer.write_record(row.iter().map(|cell| safe(cell.as_ref()))).map_err(Fault::internal)?;
    }
    writer.into_inner().map_err(Fault::internal)
}

/// A cell that begins like a formula gets an apostrophe in front; plain numbers stay numbers.
fn safe(cell: &str) -> String {
    let dangerous = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    if dangerous && cell.parse::<f64>().is_err() { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_spreadsheet_reads_it_and_runs_nothing() {
        let file = table(&["名前", "数"], [vec!["=1+1", "-5"], vec!["a,\"b\"", "x"]]).unwrap();
        let text = String::from_utf8(file).unwrap();
        assert_eq!(text, "\u{feff}名前,数\r\n'=1+1,-5\r\n\"a,\"\"b\"\"\",x\r\n");
    }

    proptest! {
        #[test]
        fn every_cell_comes_back_and_none_is_a_formula(cells in proptest::collection::vec("\\PC{0,12}", 1..5)) {
            let file = table(&["a"; 1], [cells.clone()]);
            // The header has one column: rows of another width are a mistake that is reported.
            if cells.len() == 1 {
                let text = String::from_utf8(file.unwrap()).unwrap();
                let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
                if let Some(record) = reader.records().next() {
                    let cell = record.unwrap().get(0).unwrap_or("").to_owned();
                    prop_assert!(!cell.starts_with('=') && !cell.starts_with('@'));
                }
            } else {
                prop_assert!(file.is_err());
            }
        }
    }
}
