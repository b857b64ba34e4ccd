//! `/graphimage`: the histories of a book as a picture.

use crate::catalogue::series::Series;
use crate::catalogue::{Told, slots};
use crate::clock::DAY;
use crate::envelope::KeepaError;
use crate::number::whole;
use crate::parameters::{Parameters, invalid, out_of_range};
use crate::server::asked::{Asked, Found, Payload};
use crate::server::canvas::{Canvas, Color, DIGIT_HEIGHT, DIGIT_WIDTH};
use crate::server::shared::Shared;

/// Tokens of a graph; the same request again is free for a while. Grade A: Keepa's documentation, as all
/// figures here.
const COST: u32 = 1;
const CACHED_MS: i64 = 90 * 60_000;

/// Graphs of which the time is remembered.
const MOST_REMEMBERED: usize = 10_000;

/// Pixels of the sides.
const WIDTHS: std::ops::RangeInclusive<i32> = 300..=1_800;
const HEIGHTS: std::ops::RangeInclusive<i32> = 150..=1_800;

/// Pixels around the plot.
const MARGIN: i32 = 10;
const LABELS: i32 = 6 * DIGIT_WIDTH;

/// A line that can be drawn.
struct Line {
    /// The parameter that draws it, and the one of its colour.
    switch: &'static str,
    color: &'static str,
    slot: usize,
    drawn: bool,
    usual: Color,
}

const fn line(
    (switch, color): (&'static str, &'static str),
    slot: usize,
    drawn: bool,
    usual: Color,
) -> Line {
    Line {
        switch,
        color,
        slot,
        drawn,
        usual,
    }
}

/// All lines. Colours of their own: grade M.
const LINES: [Line; 11] = [
    line(("amazon", "cAmazon"), slots::AMAZON, true, [255, 140, 0]),
    line(("new", "cNew"), slots::NEW, true, [100, 90, 220]),
    line(("used", "cUsed"), slots::USED, false, [60, 60, 60]),
    line(("salesrank", "cSales"), slots::SALES, false, [60, 160, 60]),
    line(("bb", "cBB"), slots::BUY_BOX, false, [220, 0, 160]),
    line(("bbu", "cBBU"), slots::BUY_BOX_USED, false, [150, 90, 60]),
    line(("fba", "cFBA"), 10, false, [230, 90, 40]),
    line(("fbm", "cFBM"), 7, false, [0, 140, 200]),
    line(("ld", "cLD"), slots::LIGHTNING, false, [200, 180, 0]),
    line(("wd", "cWD"), slots::WAREHOUSE, false, [120, 160, 160]),
    line(("pe", "cPE"), 33, false, [0, 90, 90]),
];

/// A graph.
pub(in crate::server) fn answer(shared: &Shared, asked: &Asked) -> Result<Found, KeepaError> {
    let parameters = &asked.parameters;
    let domain = parameters.domain(false)?;
    let asin = parameters.required("asin")?;
    let drawing = Drawing::parse(parameters, asked.seen)?;
    let catalogue = shared.catalogue()?;
    let told = catalogue
        .index_of_asin(asin)
        .filter(|_| domain == 1)
        .and_then(|index| catalogue.told(index, asked.seen, false))
        .ok_or_else(|| invalid(format!("there is no product {asin:?}")))?;
    let image = drawing
        .draw(&told)
        .map_err(|error| KeepaError::internal(error.to_string()))?;
    let request = format!("{domain} {asin} {drawing:?}");
    let mut state = shared.state();
    state
        .graphs
        .retain(|_, at| (0..CACHED_MS).contains(&(asked.millis - *at)));
    let is_cached = state.graphs.contains_key(&request);
    if !is_cached && state.graphs.len() < MOST_REMEMBERED {
        state.graphs.insert(request, asked.millis);
    }
    drop(state);
    Ok(Found {
        cost: if is_cached { 0 } else { COST },
        payload: Payload::Png(image),
        error: None,
    })
}

/// How a graph is drawn.
#[derive(Debug)]
struct Drawing {
    width: i32,
    height: i32,
    /// Keepa minutes.
    from: i32,
    to: i32,
    zooms: bool,
    with_title: bool,
    background: Color,
    font: Color,
    /// Histories and their colours.
    lines: Vec<(usize, Color)>,
}

impl Drawing {
    fn parse(parameters: &Parameters, seen: i32) -> Result<Self, KeepaError> {
        let side = |name: &str, usual: i32, allowed: std::ops::RangeInclusive<i32>| {
            let pixels = parameters.number(name)?.unwrap_or(usual);
            if allowed.contains(&pixels) {
                Ok(pixels)
            } else {
                Err(KeepaError {
                    status: 400,
                    ..out_of_range(format!("{name} is not from {allowed:?} pixels"))
                })
            }
        };
        let days = parameters.number::<i32>("range")?.unwrap_or(90);
        if days <= 0 {
            return Err(invalid("range is not positive"));
        }
        let mut lines = Vec::new();
        for line in &LINES {
            if parameters.switch(line.switch, line.drawn)? {
                lines.push((line.slot, color(parameters, line.color, line.usual)?));
            }
        }
        Ok(Self {
            width: side("width", 500, WIDTHS)?,
            height: side("height", 200, HEIGHTS)?,
            from: seen.saturating_sub(days.saturating_mul(DAY)),
            to: seen,
            zooms: parameters.switch("yzoom", true)?,
            with_title: parameters.switch("title", true)?,
            background: color(parameters, "cBackground", [255, 255, 255])?,
            font: color(parameters, "cFont", [68, 68, 68])?,
            lines,
        })
    }

    fn draw(&self, told: &Told) -> Result<Vec<u8>, png::EncodingError> {
        let mut canvas = Canvas::new(self.width, self.height, self.background);
        let top = MARGIN + if self.with_title { DIGIT_HEIGHT + 4 } else { 0 };
        let plot = Plot {
            left: LABELS,
            right: self.width - LABELS,
            top,
            bottom: self.height - MARGIN,
            from: self.from,
            to: self.to,
        };
        if self.with_title {
            // There is no font but digits: the title is the number of the book.
            let number = i32::try_from(told.identity.index).unwrap_or_default();
            canvas.number(number, (LABELS, 4), self.font);
        }
        let faint = mix(self.background, self.font);
        for quarter in 0..=4 {
            let y = plot.bottom - (plot.bottom - plot.top) * quarter / 4;
            canvas.across(plot.left, plot.right, y, faint);
        }
        canvas.down(plot.left, plot.top, plot.bottom, self.font);
        canvas.down(plot.right, plot.top, plot.bottom, self.font);
        // Prices have the scale at the left in whole dollars, ranks one at the right in thousands.
        for (is_rank, x, unit) in [(false, 2, 100), (true, self.width - LABELS + 4, 1_000)] {
            let lines = || {
                let such = |(slot, _): &&(usize, Color)| (*slot == slots::SALES) == is_rank;
                self.lines.iter().filter(such)
            };
            let drawn: Vec<(&Series, Color)> = lines()
                .filter_map(|(slot, color)| Some((told.market.history(*slot)?, *color)))
                .collect();
            let Some(scale) = self.scale(&drawn) else {
                continue;
            };
            canvas.number(scale.1 / unit, (x, plot.top), self.font);
            canvas.number(scale.0 / unit, (x, plot.bottom - DIGIT_HEIGHT), self.font);
            for (series, color) in drawn {
                plot.line(&mut canvas, series, scale, color);
            }
        }
        canvas.into_png()
    }

    /// The least and the greatest value of histories, or from zero.
    fn scale(&self, drawn: &[(&Series, Color)]) -> Option<(i32, i32)> {
        let values = || {
            drawn
                .iter()
                .flat_map(|(series, _)| series.spans(self.from, self.to))
                .map(|(value, _)| value)
                .filter(|value| *value >= 0)
        };
        let (least, greatest) = (values().min()?, values().max()?);
        Some((if self.zooms { least } else { 0 }, greatest))
    }
}

/// Where the lines are.
struct Plot {
    left: i32,
    right: i32,
    top: i32,
    bottom: i32,
    from: i32,
    to: i32,
}

impl Plot {
    /// A history as steps; where there was no value there is no line.
    fn line(
        &self,
        canvas: &mut Canvas,
        series: &Series,
        (least, greatest): (i32, i32),
        color: Color,
    ) {
        let share = |part: i32, all: i32| f64::from(part) / f64::from(all.max(1));
        let mut time = self
            .from
            .max(series.points().first().map_or(self.from, |p| p.time));
        let mut before = None;
        for (value, minutes) in series.spans(self.from, self.to) {
            let x = |time: i32| {
                let width = f64::from(self.right - self.left);
                self.left + whole(width * share(time - self.from, self.to - self.from))
            };
            let (begin, end) = (x(time), x(time + minutes));
            time += minutes;
            if value < 0 {
                before = None;
                continue;
            }
            let height = f64::from(self.bottom - self.top);
            let y = self.bottom - whole(height * share(value - least, greatest - least));
            if let Some(before) = before {
                canvas.down(begin, before, y, color);
            }
            canvas.across(begin, end, y, color);
            canvas.across(begin, end, y + 1, color);
            before = Some(y);
        }
    }
}

/// A colour between, near the first.
fn mix(near: Color, far: Color) -> Color {
    let channel = |(near, far): (u8, u8)| {
        let mixed = (u16::from(near) * 6 + u16::from(far)) / 7;
        u8::try_from(mixed).unwrap_or(near)
    };
    let [[a, b, c], [d, e, f]] = [near, far];
    [(a, d), (b, e), (c, f)].map(channel)
}

fn color(parameters: &Parameters, name: &str, usual: Color) -> Result<Color, KeepaError> {
    let Some(text) = parameters.text(name) else {
        return Ok(usual);
    };
    let wrong = || invalid(format!("{name} is no colour of six hexadecimal digits"));
    if text.len() != 6 {
        return Err(wrong());
    }
    let number = u32::from_str_radix(text, 16).map_err(|_| wrong())?;
    let [_, red, green, blue] = number.to_be_bytes();
    Ok([red, green, blue])
}
