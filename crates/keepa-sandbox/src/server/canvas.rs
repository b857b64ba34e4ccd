//! A small image: lines, areas and digits on a background.

/// Red, green and blue.
pub(super) type Color = [u8; 3];

/// The digits as five rows of three dots, the left one the highest bit.
const DIGITS: [[u8; 5]; 10] = [
    [7, 5, 5, 5, 7],
    [2, 6, 2, 2, 7],
    [7, 1, 7, 4, 7],
    [7, 1, 3, 1, 7],
    [5, 5, 7, 1, 1],
    [7, 4, 7, 1, 7],
    [7, 4, 7, 5, 7],
    [7, 1, 1, 2, 2],
    [7, 5, 7, 5, 7],
    [7, 5, 7, 1, 7],
];

/// Pixels of a digit with the gap to the next.
pub(super) const DIGIT_WIDTH: i32 = 8;

/// Pixels of a digit's height.
pub(super) const DIGIT_HEIGHT: i32 = 10;

/// An image in the making; what is drawn outside of it is lost.
#[derive(Debug)]
pub(super) struct Canvas {
    width: i32,
    height: i32,
    pixels: Vec<u8>,
}

impl Canvas {
    /// An image of one colour.
    pub(super) fn new(width: i32, height: i32, color: Color) -> Self {
        let count = usize::try_from(width.max(0) * height.max(0)).unwrap_or_default();
        Self {
            width,
            height,
            pixels: color.repeat(count),
        }
    }

    /// Colours one pixel.
    pub(super) fn dot(&mut self, x: i32, y: i32, color: Color) {
        if !(0..self.width).contains(&x) || !(0..self.height).contains(&y) {
            return;
        }
        let place = usize::try_from((y * self.width + x) * 3).unwrap_or_default();
        if let Some(pixel) = self.pixels.get_mut(place..place + 3) {
            pixel.copy_from_slice(&color);
        }
    }

    /// A line along the rows.
    pub(super) fn across(&mut self, from: i32, to: i32, y: i32, color: Color) {
        for x in from.min(to)..=from.max(to) {
            self.dot(x, y, color);
        }
    }

    /// A line down the columns.
    pub(super) fn down(&mut self, x: i32, from: i32, to: i32, color: Color) {
        for y in from.min(to)..=from.max(to) {
            self.dot(x, y, color);
        }
    }

    /// A number in digits; the upper left corner is at `x` and `y`.
    pub(super) fn number(&mut self, number: i32, (x, y): (i32, i32), color: Color) {
        let digits = number.max(0).to_string();
        for (nth, digit) in (0..).zip(digits.chars().filter_map(|digit| digit.to_digit(10))) {
            let shape = usize::try_from(digit)
                .ok()
                .and_then(|digit| DIGITS.get(digit));
            for (row, dots) in (0..).zip(shape.into_iter().flatten()) {
                for column in (0..3).filter(|column| dots & (4 >> column) != 0) {
                    for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                        let left = x + nth * DIGIT_WIDTH + column * 2;
                        self.dot(left + dx, y + row * 2 + dy, color);
                    }
                }
            }
        }
    }

    /// The bytes of a PNG.
    pub(super) fn into_png(self) -> Result<Vec<u8>, png::EncodingError> {
        let mut bytes = Vec::new();
        let side = |pixels: i32| u32::try_from(pixels).unwrap_or_default();
        let mut encoder = png::Encoder::new(&mut bytes, side(self.width), side(self.height));
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.pixels)?;
        writer.finish()?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_is_found_in_the_image() {
        let mut canvas = Canvas::new(20, 12, [255, 255, 255]);
        canvas.number(1, (0, 0), [0, 0, 0]);
        canvas.across(-5, 50, 11, [255, 0, 0]);
        canvas.down(19, -5, 50, [0, 0, 255]);
        let bytes = canvas.into_png().unwrap();
        let decoder = png::Decoder::new(std::io::Cursor::new(bytes));
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        let at = |x: usize, y: usize| &pixels[(y * 20 + x) * 3..][..3];
        assert_eq!(at(2, 0), [0, 0, 0], "the top of the one");
        assert_eq!(at(0, 0), [255, 255, 255], "beside it");
        assert_eq!(at(0, 11), [255, 0, 0]);
        assert_eq!(at(19, 5), [0, 0, 255]);
    }
}
