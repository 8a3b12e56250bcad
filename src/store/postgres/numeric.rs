//! Amounts in PostgreSQL's binary form. A sale has some fifty of them: they are written where they go, without a list
//! of digits for each, and by division of 64 bits.

use super::rows;
use rust_decimal::Decimal;
use sqlx::postgres::PgArgumentBuffer;

/// What a digit counts to.
const BASE: u64 = 10_000;
/// Decimals in a digit.
const DECIMALS: u32 = 4;
/// Digits of 64 bits.
const MOST: usize = 5;
/// The sign of what is below zero.
const NEGATIVE: u16 = 0x4000;

/// Writes an amount with its length before it.
pub(super) fn put(amount: Decimal, buffer: &mut PgArgumentBuffer) -> sqlx::Result<()> {
    let scale = amount.scale();
    let to_whole_digits = 10u128.pow((DECIMALS - scale % DECIMALS) % DECIMALS);
    let mantissa = amount.mantissa().unsigned_abs().checked_mul(to_whole_digits);
    let Some(mut rest) = mantissa.and_then(|mantissa| u64::try_from(mantissa).ok()) else {
        return rows::put(amount, buffer);
    };
    let (mut digits, mut first) = ([0u16; MOST], MOST);
    while rest > 0 {
        first -= 1;
        digits[first] = (rest % BASE) as u16;
        rest /= BASE;
    }
    let all = &digits[first..];
    let last = all.iter().rposition(|digit| *digit > 0).map_or(0, |last| last + 1);
    // Two's complement below one: so many digits are left out after the point.
    let weight = (all.len() as u16).wrapping_sub(scale.div_ceil(DECIMALS) as u16).wrapping_sub(1);
    let sign = if amount.is_sign_negative() { NEGATIVE } else { 0 };
    let head = if last == 0 { [0, 0, 0, scale as u16] } else { [last as u16, weight, sign, scale as u16] };
    buffer.extend_from_slice(&(2 * (head.len() + last) as u32).to_be_bytes());
    for part in head.iter().chain(&all[..last]) {
        buffer.extend_from_slice(&part.to_be_bytes());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(write: fn(Decimal, &mut PgArgumentBuffer) -> sqlx::Result<()>, amount: Decimal) -> Vec<u8> {
        let mut buffer = PgArgumentBuffer::default();
        write(amount, &mut buffer).expect("written");
        buffer.as_slice().to_vec()
    }

    #[test]
    fn zero_has_no_digits_and_no_sign() {
        let zero = |scale| written(put, -Decimal::new(0, scale));
        assert_eq!(zero(2), [0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 2]);
        assert_eq!(zero(0), [0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0]);
    }

    proptest! {
        #[test]
        fn an_amount_is_written_as_the_driver_writes_it(
            mantissa in prop_oneof![any::<i64>(), -20_000i64..20_000, (-999i64..999).prop_map(|few| few * 1_000_000)],
            scale in 0u32..=8,
        ) {
            prop_assume!(mantissa != 0);
            let amount = Decimal::new(mantissa, scale);
            prop_assert_eq!(written(put, amount), written(rows::put, amount));
        }
    }
}
