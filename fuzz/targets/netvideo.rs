#![no_main]

use std::sync::LazyLock;

use collector::shops::netvideo::NetVideo;
use libfuzzer_sys::fuzz_target;

static SHOP: LazyLock<NetVideo> =
    LazyLock::new(|| NetVideo::new("http://shop.test").expect("it is an address"));

fuzz_target!(|bytes: &[u8]| fuzz::shop(&*SHOP, bytes));
