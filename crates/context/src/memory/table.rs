//! The entities of one shape: their numbers in order, and columns of values that were asked for.
//!
//! Rows stand in pieces, so that one that goes or comes in the middle moves few others, and an offset skips whole pieces.

use std::sync::atomic::{AtomicU64, Ordering};

use ngsi::query::q::Simple;

use super::cell::{self, UNFILLED};

/// Rows of a piece at most; a full one is parted in two.
const PIECE_ROWS: usize = 1_024;
/// Columns of a table at most: 8 bytes each for every entity.
pub const COLUMNS_MAX: usize = 12;

/// Values of one attribute, one for each row.
#[derive(Debug)]
struct Column {
    attribute: String,
    used: AtomicU64,
}

#[derive(Debug, Default)]
struct Piece {
    rids: Vec<i64>,
    /// One list for each column, in the order of the columns.
    cells: Vec<Vec<f64>>,
}

#[derive(Debug, Default)]
pub struct Table {
    pieces: Vec<Piece>,
    rows: usize,
    columns: Vec<Column>,
    uses: AtomicU64,
}

/// A condition on a column, by its place.
pub struct Test<'q> {
    column: usize,
    simple: &'q Simple,
}

impl Table {
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Where a number stands, or would stand: piece and place in it.
    fn place(&self, rid: i64) -> (usize, Result<usize, usize>) {
        let piece = self.pieces.partition_point(|piece| piece.rids.last().is_some_and(|last| *last < rid));
        let place = self.pieces.get(piece).map_or(Err(0), |piece| piece.rids.binary_search(&rid));
        (piece, place)
    }

    /// An entity that is there now, as its body says.
    pub fn put(&mut self, rid: i64, body: &str) {
        let values: Vec<f64> = self.columns.iter().map(|column| cell::of(body, &column.attribute)).collect();
        self.put_values(rid, &values);
    }

    /// One whose body has not been looked at.
    pub fn put_unseen(&mut self, rid: i64) {
        self.put_values(rid, &vec![UNFILLED; self.columns.len()]);
    }

    fn put_values(&mut self, rid: i64, values: &[f64]) {
        let (mut at, mut place) = self.place(rid);
        if at == self.pieces.len() {
            // Behind all others: into the last piece, while it has room.
            match self.pieces.last() {
                Some(last) if last.rids.len() < PIECE_ROWS => {
                    at -= 1;
                    place = Err(last.rids.len());
                }
                _ => {
                    let cells = self.columns.iter().map(|_| Vec::new()).collect();
                    self.pieces.push(Piece { rids: Vec::new(), cells });
                    place = Err(0);
                }
            }
        }
        let Some(piece) = self.pieces.get_mut(at) else { return };
        match place {
            Ok(place) => {
                for (cells, value) in piece.cells.iter_mut().zip(values) {
                    if let Some(cell) = cells.get_mut(place) {
                        *cell = *value;
                    }
                }
            }
            Err(place) => {
                piece.rids.insert(place, rid);
                piece.cells.iter_mut().zip(values).for_each(|(cells, value)| cells.insert(place, *value));
                self.rows += 1;
                if piece.rids.len() > PIECE_ROWS {
                    let half = PIECE_ROWS / 2;
                    let rids = piece.rids.split_off(half);
                    let cells = piece.cells.iter_mut().map(|cells| cells.split_off(half)).collect();
                    self.pieces.insert(at + 1, Piece { rids, cells });
                }
            }
        }
    }

    pub fn remove(&mut self, rid: i64) -> bool {
        let (at, Ok(place)) = self.place(rid) else { return false };
        let Some(piece) = self.pieces.get_mut(at) else { return false };
        piece.rids.remove(place);
        for cells in &mut piece.cells {
            cells.remove(place);
        }
        self.rows -= 1;
        if piece.rids.is_empty() {
            self.pieces.remove(at);
        }
        true
    }

    /// Numbers from the `skip`th on.
    pub fn from(&self, skip: usize) -> impl Iterator<Item = i64> + '_ {
        let mut left = skip;
        let first = self.pieces.iter().position(|piece| {
            let inside = left < piece.rids.len();
            if !inside {
                left -= piece.rids.len();
            }
            inside
        });
        let pieces = self.pieces.iter().skip(first.unwrap_or(self.pieces.len()));
        pieces.flat_map(|piece| piece.rids.iter().copied()).skip(left)
    }

    /// The columns that conditions can be tried on, so far as they are there; their use is noted.
    pub fn tests<'q>(&self, all: &'q [Simple]) -> Vec<Test<'q>> {
        all.iter()
            .filter_map(|simple| {
                let at = self.columns.iter().position(|column| column.attribute == simple.attribute)?;
                self.columns.get(at)?.used.store(self.next_use(), Ordering::Relaxed);
                Some(Test { column: at, simple })
            })
            .collect()
    }

    /// Up to `at_most` numbers behind `after` for which no condition is known to fail; whether there may be more.
    pub fn candidates(&self, after: i64, tests: &[Test<'_>], at_most: usize) -> (Vec<i64>, bool) {
        let (first, place) = self.place(after.saturating_add(1));
        let (Ok(mut skip) | Err(mut skip)) = place;
        let mut found = Vec::new();
        for piece in self.pieces.iter().skip(first) {
            for (at, rid) in piece.rids.iter().enumerate().skip(skip) {
                let fails = tests.iter().any(|test| {
                    piece
                        .cells
                        .get(test.column)
                        .and_then(|cells| cells.get(at))
                        .is_some_and(|value| !cell::may_meet(*value, &test.simple.test))
                });
                if !fails {
                    if found.len() == at_most {
                        return (found, true);
                    }
                    found.push(*rid);
                }
            }
            skip = 0;
        }
        (found, false)
    }

    fn next_use(&self) -> u64 {
        self.uses.fetch_add(1, Ordering::Relaxed)
    }

    pub fn has_column(&self, attribute: &str) -> bool {
        self.columns.iter().any(|column| column.attribute == attribute)
    }

    /// Begins a column; the one that was used longest ago makes room.
    pub fn add_column(&mut self, attribute: &str) {
        if self.has_column(attribute) {
            return;
        }
        if self.columns.len() >= COLUMNS_MAX
            && let Some(oldest) = (0..self.columns.len())
                .min_by_key(|at| self.columns.get(*at).map(|one| one.used.load(Ordering::Relaxed)))
        {
            self.columns.remove(oldest);
            self.pieces.iter_mut().for_each(|piece| drop(piece.cells.remove(oldest)));
        }
        let used = AtomicU64::new(self.next_use());
        self.columns.push(Column { attribute: attribute.to_owned(), used });
        for piece in &mut self.pieces {
            piece.cells.push(vec![UNFILLED; piece.rids.len()]);
        }
    }

    /// Fills in what a body says, where nothing newer was said meanwhile.
    pub fn fill(&mut self, attribute: &str, rid: i64, value: f64) {
        let Some(column) = self.columns.iter().position(|column| column.attribute == attribute) else {
            return;
        };
        let (at, Ok(place)) = self.place(rid) else { return };
        let cells = self.pieces.get_mut(at).and_then(|piece| piece.cells.get_mut(column));
        if let Some(cell) = cells.and_then(|cells| cells.get_mut(place))
            && *cell == UNFILLED
        {
            *cell = value;
        }
    }
}
