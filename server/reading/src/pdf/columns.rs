//! Finds columns, whose text is read to the end before that of the next column.

use super::layout::Run;

/// How often a page is cut. Parts below that are read row by row.
const DEEPEST: u32 = 8;
const MOST_RUNS: usize = 1_500;
const MOST_BANDS: usize = 40;

/// Groups runs in reading order. Each group is read row by row.
pub fn in_order(runs: Vec<Run>) -> Vec<Vec<Run>> {
    let mut groups = Vec::new();
    if runs.len() <= MOST_RUNS {
        cut(runs, DEEPEST, &mut groups);
    } else {
        groups.push(runs);
    }
    groups
}

/// Finds the tallest part of the page with columns. Text above it (a title) is read before, text below it
/// (a footer) after.
fn cut(runs: Vec<Run>, depth: u32, groups: &mut Vec<Vec<Run>>) {
    let bands = bands(&runs);
    let found = if depth == 0 || bands.len() > MOST_BANDS {
        None
    } else {
        tallest(&bands)
    };
    let Some((from, to, edge)) = found else {
        if !runs.is_empty() {
            groups.push(runs);
        }
        return;
    };
    let (mut above, mut left, mut right, mut below) = (vec![], vec![], vec![], vec![]);
    for (place, band) in bands.into_iter().enumerate() {
        for run in band {
            let part = if place < from {
                &mut above
            } else if place >= to {
                &mut below
            } else if run.area.x0 < edge {
                &mut left
            } else {
                &mut right
            };
            part.push(run);
        }
    }
    for part in [above, left, right, below] {
        cut(part, depth - 1, groups);
    }
}

/// Splits runs at horizontal gaps across the whole width.
fn bands(runs: &[Run]) -> Vec<Vec<Run>> {
    let mut sorted = runs.to_vec();
    sorted.sort_by(|a, b| a.area.y0.total_cmp(&b.area.y0));
    let mut bands: Vec<Vec<Run>> = Vec::new();
    let mut bottom = f64::NEG_INFINITY;
    for run in sorted {
        let end = run.area.y1;
        match bands.last_mut() {
            Some(band) if run.area.y0 < bottom => band.push(run),
            _ => bands.push(vec![run]),
        }
        bottom = bottom.max(end);
    }
    bands
}

fn tallest(bands: &[Vec<Run>]) -> Option<(usize, usize, f64)> {
    (1..=bands.len()).rev().find_map(|count| {
        bands.windows(count).enumerate().find_map(|(from, part)| {
            let edge = edge(part.iter().flatten().collect())?;
            Some((from, from + count, edge))
        })
    })
}

/// Where the right column begins: after the widest gap with enough text on both sides.
fn edge(mut runs: Vec<&Run>) -> Option<f64> {
    runs.sort_by(|a, b| a.area.x0.total_cmp(&b.area.x0));
    let size = middle_size(&runs)?;
    let mut best: Option<(f64, f64)> = None;
    let mut end = f64::NEG_INFINITY;
    for (place, run) in runs.iter().enumerate() {
        let gap = run.area.x0 - end;
        let (left, right) = runs.split_at(place);
        if gap > size * 1.5
            && best.is_none_or(|(widest, _)| gap > widest)
            && are_columns(left, right)
        {
            best = Some((gap, run.area.x0));
        }
        end = end.max(run.area.x1);
    }
    best.map(|(_, edge)| edge)
}

/// Whether both sides have several lines with words. Bullets, numbers and the cells of one row don't.
fn are_columns(left: &[&Run], right: &[&Run]) -> bool {
    let is_one = |side: &[&Run]| {
        let top = side.iter().map(|run| run.baseline).fold(f64::MAX, f64::min);
        let bottom = side.iter().map(|run| run.baseline).fold(f64::MIN, f64::max);
        let letters: usize = side.iter().map(|run| run.characters()).sum();
        let size = side.iter().map(|run| run.size).fold(f64::MAX, f64::min);
        bottom - top > size * 0.8 && letters >= side.len() * 4
    };
    !left.is_empty() && is_one(left) && is_one(right)
}

fn middle_size(runs: &[&Run]) -> Option<f64> {
    let mut sizes: Vec<f64> = runs.iter().map(|run| run.size).collect();
    sizes.sort_by(f64::total_cmp);
    sizes.get(sizes.len() / 2).copied()
}
