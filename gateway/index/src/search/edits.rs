//! Which words are a few typos away from another.

/// Tells words that are near to one. The work is shared between words that begin alike, so it is quick where
/// they come sorted, and correct in any order.
#[derive(Debug)]
pub(super) struct Neighbourhood<'w> {
    word: &'w [u8],
    most: u8,
    as_prefix: bool,
    /// For each beginning of the last word, and each of `word`, how many typos are between them.
    rows: Vec<Vec<u8>>,
    last: Vec<u8>,
    /// How long a beginning of the last word is enough to know that nothing with it is near.
    too_far: usize,
}

impl<'w> Neighbourhood<'w> {
    /// What is at most `most` typos away from the word, or, `as_prefix`, begins with something that is. One
    /// typo is a letter too many, one too few, another letter, or two that changed places.
    pub(super) fn new(word: &'w str, most: usize, as_prefix: bool) -> Self {
        let first: Vec<u8> = (0..=u8::try_from(word.len()).unwrap_or(u8::MAX)).collect();
        Self {
            word: word.as_bytes(),
            most: u8::try_from(most).unwrap_or(u8::MAX),
            as_prefix,
            rows: vec![first],
            last: Vec::new(),
            too_far: usize::MAX,
        }
    }

    /// Whether a word is near.
    pub(super) fn has(&mut self, other: &str) -> bool {
        let other = other.as_bytes();
        let same = self.last.iter().zip(other).take_while(|(one, two)| one == two).count();
        if same >= self.too_far {
            return false;
        }
        self.too_far = usize::MAX;
        self.last.truncate(same);
        self.rows.truncate(same + 1);
        for letter in &other[same..] {
            if self.as_prefix && self.is_near() {
                break;
            }
            self.last.push(*letter);
            let row = self.next_row();
            let least = row.iter().min().copied();
            self.rows.push(row);
            if least.is_none_or(|least| least > self.most) {
                self.too_far = self.last.len();
                return false;
            }
        }
        if self.as_prefix { self.rows.iter().any(|row| self.row_is_near(row)) } else { self.is_near() }
    }

    fn is_near(&self) -> bool {
        self.rows.last().is_some_and(|row| self.row_is_near(row))
    }

    fn row_is_near(&self, row: &[u8]) -> bool {
        row.last().is_some_and(|typos| *typos <= self.most)
    }

    /// The row for `last`, whose own beginnings have theirs.
    fn next_row(&self) -> Vec<u8> {
        let length = self.last.len();
        let (letter, above) = (self.last[length - 1], &self.rows[length - 1]);
        let mut row = Vec::with_capacity(above.len());
        row.push(above[0].saturating_add(1));
        for (at, wanted) in self.word.iter().enumerate() {
            let other = above[at].saturating_add(u8::from(letter != *wanted));
            let mut typos = other.min(above[at + 1].saturating_add(1)).min(row[at].saturating_add(1));
            let swapped =
                at > 0 && length > 1 && letter == self.word[at - 1] && self.last[length - 2] == *wanted;
            if swapped {
                typos = typos.min(self.rows[length - 2][at - 1].saturating_add(1));
            }
            row.push(typos);
        }
        row
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn typos_are_counted_as_people_make_them() {
        for (word, other, most, as_prefix, near) in [
            ("geforce", "geforce", 1, false, true),
            ("gefroce", "geforce", 1, false, true),
            ("gforce", "geforce", 1, false, true),
            ("geeforce", "geforce", 1, false, true),
            ("geforze", "geforce", 1, false, true),
            ("gafroce", "geforce", 1, false, false),
            ("gafroce", "geforce", 2, false, true),
            ("gefr", "geforce", 1, false, false),
            ("gefr", "geforce", 1, true, true),
            ("xfro", "geforce", 1, true, false),
        ] {
            assert_eq!(Neighbourhood::new(word, most, as_prefix).has(other), near, "{word} {other} {most}");
        }
    }

    /// The textbook's table for all of both words.
    fn typos(one: &[u8], two: &[u8]) -> usize {
        let mut table = vec![vec![0; two.len() + 1]; one.len() + 1];
        for i in 0..=one.len() {
            for j in 0..=two.len() {
                table[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let other = table[i - 1][j - 1] + usize::from(one[i - 1] != two[j - 1]);
                    let mut least = other.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
                    if i > 1 && j > 1 && one[i - 1] == two[j - 2] && one[i - 2] == two[j - 1] {
                        least = least.min(table[i - 2][j - 2] + 1);
                    }
                    least
                };
            }
        }
        table[one.len()][two.len()]
    }

    proptest! {
        #[test]
        fn sharing_work_between_words_changes_no_answer(
            word in "[abc]{1,9}",
            others in prop::collection::vec("[abc]{0,9}", 1..30),
            sorted in any::<bool>(),
            most in 0..3_usize,
            as_prefix in any::<bool>(),
        ) {
            let mut others = others;
            if sorted {
                others.sort();
            }
            let mut neighbourhood = Neighbourhood::new(&word, most, as_prefix);
            for other in &others {
                let shortest = if as_prefix { 0 } else { other.len() };
                let near =
                    (shortest..=other.len()).any(|end| typos(word.as_bytes(), &other.as_bytes()[..end]) <= most);
                prop_assert_eq!(neighbourhood.has(other), near, "{} {}", word, other);
            }
        }
    }
}
