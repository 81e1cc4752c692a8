//! The figures, and what the budgets say to them.

use std::fmt::Write as _;

use serde::Serialize;

/// One figure.
#[derive(Debug, Serialize)]
pub(crate) struct Figure {
    /// What was measured.
    pub(crate) what: String,
    /// The value, in `unit`.
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
    /// What it is held against, where it is a comparison.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) beside: Option<Beside>,
    /// `None` for a figure without a budget.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) budget: Option<Budget>,
    /// Whether the budget is met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) met: Option<bool>,
    /// What else there is to know.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) note: String,
}

/// The other side of a comparison.
#[derive(Debug, Serialize)]
pub(crate) struct Beside {
    pub(crate) what: String,
    pub(crate) value: f64,
    /// The figure's value divided by this one.
    pub(crate) ratio: f64,
}

/// What is held against the budget is the ratio where there is one, else the value.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Budget {
    AtMost(f64),
    AtLeast(f64),
}

impl Figure {
    pub(crate) fn new(what: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self {
            what: what.into(),
            value,
            unit,
            beside: None,
            budget: None,
            met: None,
            note: String::new(),
        }
    }

    pub(crate) fn beside(mut self, what: impl Into<String>, value: f64) -> Self {
        self.beside = Some(Beside {
            what: what.into(),
            value,
            ratio: self.value / value,
        });
        self
    }

    pub(crate) fn budget(mut self, budget: Budget) -> Self {
        let held = self.beside.as_ref().map_or(self.value, |beside| beside.ratio);
        self.met = Some(match budget {
            Budget::AtMost(limit) => held <= limit,
            Budget::AtLeast(limit) => held >= limit,
        });
        self.budget = Some(budget);
        self
    }

    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
}

/// The figures as a table for people.
pub(crate) fn table(figures: &[Figure]) -> String {
    let heads = ["what", "measured", "beside", "ratio", "budget", ""].map(str::to_owned);
    let rows: Vec<[String; 6]> = std::iter::once(heads).chain(figures.iter().map(row)).collect();
    let widths = [0, 1, 2, 3, 4, 5].map(|column| {
        rows.iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or_default()
    });
    let mut text = String::new();
    for (index, row) in rows.iter().enumerate() {
        for (cell, width) in row.iter().zip(widths) {
            let pad = width - cell.chars().count();
            text.push_str(cell);
            text.extend(std::iter::repeat_n(' ', pad + 2));
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
        if index == 0 {
            text.extend(std::iter::repeat_n('-', widths.iter().sum::<usize>() + 10));
            text.push('\n');
        }
    }
    for figure in figures.iter().filter(|figure| !figure.note.is_empty()) {
        // Writing into a string cannot fail.
        let _ = writeln!(text, "\n{}: {}", figure.what, figure.note);
    }
    let judged = figures.iter().filter_map(|figure| figure.met);
    let (met, all) = judged.fold((0, 0), |(met, all), one| (met + i32::from(one), all + 1));
    let _ = writeln!(text, "\n{met} of {all} budgets met");
    text
}

fn row(figure: &Figure) -> [String; 6] {
    let beside = figure.beside.as_ref();
    let unit = if beside.is_some() { "×" } else { figure.unit };
    [
        figure.what.clone(),
        format!("{} {}", number(figure.value), figure.unit),
        beside.map_or_else(String::new, |beside| {
            format!("{} {} {}", beside.what, number(beside.value), figure.unit)
        }),
        beside.map_or_else(String::new, |beside| format!("{} ×", number(beside.ratio))),
        match figure.budget {
            None => String::new(),
            Some(Budget::AtMost(limit)) => format!("≤ {limit} {unit}"),
            Some(Budget::AtLeast(limit)) => format!("≥ {limit} {unit}"),
        },
        match figure.met {
            None => "",
            Some(true) => "met",
            Some(false) => "MISSED",
        }
        .to_owned(),
    ]
}

fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_holds_for_the_ratio_where_there_is_one() {
        let turns = |value| {
            Figure::new("turns", value, "1/s")
                .beside("others", 100.0)
                .budget(Budget::AtLeast(3.0))
        };
        assert_eq!(turns(299.0).met, Some(false));
        assert_eq!(turns(300.0).met, Some(true));
        assert_eq!(
            Figure::new("delay", 0.5, "ms").budget(Budget::AtMost(0.4)).met,
            Some(false)
        );
        let table = table(&[
            turns(299.0),
            Figure::new("delay", 0.3, "ms").budget(Budget::AtMost(0.4)),
        ]);
        assert!(
            table.contains("MISSED") && table.ends_with("1 of 2 budgets met\n"),
            "{table}"
        );
    }
}
