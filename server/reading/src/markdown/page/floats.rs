//! Turns elements that float side by side into columns.

const END: &str = "</div>";
const MOST: usize = 6;

#[derive(Debug, Default)]
pub struct Floats {
    row: Option<Row>,
}

#[derive(Debug)]
struct Row {
    /// In the markup.
    start: usize,
    end: usize,
    count: usize,
    /// Its depth.
    level: usize,
}

impl Floats {
    /// Adds the floating element at the end of `out`, which begins at `start`.
    pub fn add(&mut self, out: &mut String, start: usize, level: usize) {
        let follows = |row: &Row| {
            let between = out.get(row.end..start);
            row.level == level && row.count < MOST && between.is_some_and(|it| it.trim().is_empty())
        };
        let Some(mut row) = self.row.take().filter(follows) else {
            self.row = Some(Row {
                start,
                end: out.len(),
                count: 1,
                level,
            });
            return;
        };
        let open = |count: usize| format!("<div class=\"grid-{count}\">");
        if row.count == 1 {
            out.insert_str(row.start, &open(2));
        } else {
            let end = row.end.saturating_sub(END.len());
            out.replace_range(end..row.end, "");
            out.replace_range(
                row.start..row.start + open(row.count).len(),
                &open(row.count + 1),
            );
        }
        out.push_str(END);
        row.count += 1;
        row.end = out.len();
        self.row = Some(row);
    }

    /// Forgets the floats, because the markup was moved elsewhere.
    pub fn forget(&mut self) {
        self.row = None;
    }
}
