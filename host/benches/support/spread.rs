//! How measurements spread.

/// Measurements in order.
pub(crate) struct Spread(Vec<f64>);

impl Spread {
    /// Of these measurements, in any order.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        Self(values)
    }

    /// The measurement below which this share of them is, from 0 to 1; nothing of none.
    pub(crate) fn at(&self, share: f64) -> f64 {
        let last = self.0.len().saturating_sub(1);
        let place = (share * last as f64).round() as usize;
        self.0.get(place).copied().unwrap_or_default()
    }

    /// The one in the middle.
    pub(crate) fn median(&self) -> f64 {
        self.at(0.5)
    }
}
