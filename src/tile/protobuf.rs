//! The little of protocol buffers that a vector tile needs, appended to bytes.

/// A field whose value is a varint.
const VARINT: u32 = 0;
/// A field whose value is 8 bytes, little-endian.
const FIXED64: u32 = 1;
/// A field whose value is bytes with their length before them.
const BYTES: u32 = 2;

/// Appends a base-128 number.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "seven bits at a time"
)]
pub(super) fn push_varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// A signed number such that small ones stay short.
#[expect(
    clippy::as_conversions,
    clippy::cast_sign_loss,
    reason = "the bits are what the format wants"
)]
pub(super) fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

/// How many bytes [`push_varint`] writes.
pub(super) fn varint_len(number: u64) -> usize {
    let bits = u64::BITS - (number | 1).leading_zeros();
    usize::try_from(bits.div_ceil(7)).unwrap_or_default()
}

/// How many bytes a field of `len` bytes takes, with what comes before them.
pub(super) fn field_len(len: usize) -> usize {
    1 + varint_len(len.try_into().unwrap_or(u64::MAX)) + len
}

fn push_tag(out: &mut Vec<u8>, field: u32, wire: u32) {
    push_varint(out, u64::from(field << 3 | wire));
}

/// Appends a whole-number field.
pub(super) fn push_number(out: &mut Vec<u8>, field: u32, number: u64) {
    push_tag(out, field, VARINT);
    push_varint(out, number);
}

/// Appends a double field.
pub(super) fn push_double(out: &mut Vec<u8>, field: u32, number: f64) {
    push_tag(out, field, FIXED64);
    out.extend_from_slice(&number.to_le_bytes());
}

/// Appends what comes before the `len` bytes of a field of bytes.
pub(super) fn push_head(out: &mut Vec<u8>, field: u32, len: usize) {
    push_tag(out, field, BYTES);
    push_varint(out, len.try_into().unwrap_or(u64::MAX));
}

/// Appends a field of bytes: text, a message, packed numbers.
pub(super) fn push_bytes(out: &mut Vec<u8>, field: u32, bytes: &[u8]) {
    push_head(out, field, bytes.len());
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_encoding_guide_says() {
        let mut out = Vec::new();
        push_number(&mut out, 1, 150);
        push_bytes(&mut out, 2, b"testing");
        assert_eq!(out, b"\x08\x96\x01\x12\x07testing");
        assert_eq!([0, -1, 1, -2, i64::MIN].map(zigzag), [0, 1, 2, 3, u64::MAX]);
    }

    #[test]
    fn numbers_are_as_long_as_said() {
        for number in [0, 1, 127, 128, 16_383, 16_384, u64::MAX / 2, u64::MAX] {
            let mut out = Vec::new();
            push_varint(&mut out, number);
            assert_eq!(out.len(), varint_len(number));
        }
    }
}
