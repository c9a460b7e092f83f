use data_encoding::BASE32_NOPAD;
use model::talk::Epoch;

/// A random epoch: 40 bits as eight characters of a-z and 2-7. Two lives of a talk never share one.
///
/// # Errors
/// When the system has no random numbers.
pub fn made_up_epoch() -> Result<Epoch, getrandom::Error> {
    let mut random = [0_u8; 5];
    loop {
        getrandom::fill(&mut random)?;
        let text = BASE32_NOPAD.encode(&random).to_ascii_lowercase();
        if let Ok(epoch) = Epoch::try_from(text) {
            return Ok(epoch);
        }
    }
}
