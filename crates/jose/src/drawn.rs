//! A stream of unpredictable bytes out of drawn ones: the making of an RSA key takes more than 32.

use ring::digest::{Context, SHA512};
use rsa::rand_core::{CryptoRng, Error, RngCore};

/// SHA-512 over the seed and a counter. As unpredictable as the seed.
pub struct Drawn {
    seed: Vec<u8>,
    block: u64,
    left: Vec<u8>,
}

impl Drawn {
    pub fn new(seed: &[u8]) -> Drawn {
        Drawn { seed: seed.to_vec(), block: 0, left: Vec::new() }
    }
}

impl RngCore for Drawn {
    fn next_u32(&mut self) -> u32 {
        let mut four = [0u8; 4];
        self.fill_bytes(&mut four);
        u32::from_le_bytes(four)
    }

    fn next_u64(&mut self) -> u64 {
        let mut eight = [0u8; 8];
        self.fill_bytes(&mut eight);
        u64::from_le_bytes(eight)
    }

    fn fill_bytes(&mut self, into: &mut [u8]) {
        for place in into {
            if self.left.is_empty() {
                let mut context = Context::new(&SHA512);
                context.update(b"machiya key");
                context.update(&self.seed);
                context.update(&self.block.to_be_bytes());
                self.left = context.finish().as_ref().to_vec();
                self.block += 1;
            }
            *place = self.left.pop().unwrap_or_default();
        }
    }

    fn try_fill_bytes(&mut self, into: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(into);
        Ok(())
    }
}

impl CryptoRng for Drawn {}
