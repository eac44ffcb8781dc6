#![no_main]

use std::sync::LazyLock;

use collector::shops::countrylink::CountryLink;
use libfuzzer_sys::fuzz_target;

static SHOP: LazyLock<CountryLink> =
    LazyLock::new(|| CountryLink::new("http://shop.test", &"key".into()).expect("it is an address"));

fuzz_target!(|bytes: &[u8]| fuzz::shop(&*SHOP, bytes));
