//! What the demo population buys: the range of a small shop for outdoors and home.

/// A product that can be ordered.
#[derive(Debug)]
pub(super) struct Product {
    /// The stock keeping unit.
    pub(super) sku: &'static str,
    /// The name.
    pub(super) title: &'static str,
    /// What it is worth in euro cents.
    pub(super) euro_cents: i64,
}

/// A product, as one line of the table below.
const fn product(sku: &'static str, title: &'static str, euro_cents: i64) -> Product {
    Product { sku, title, euro_cents }
}

/// All products.
pub(super) static PRODUCTS: [Product; 40] = [
    product("APR-0101-S", "Merino T-shirt, small", 5900),
    product("APR-0101-M", "Merino T-shirt, medium", 5900),
    product("APR-0101-L", "Merino T-shirt, large", 5900),
    product("APR-0114-M", "Rain jacket, medium", 14_900),
    product("APR-0114-L", "Rain jacket, large", 14_900),
    product("APR-0120", "Wool beanie", 2500),
    product("APR-0121", "Knitted scarf", 3400),
    product("APR-0130-38", "Hiking socks, 38–40", 1600),
    product("APR-0130-42", "Hiking socks, 41–43", 1600),
    product("APR-0142", "Linen shirt", 6900),
    product("BAG-0201", "Day pack, 18 liters", 7900),
    product("BAG-0202", "Trekking pack, 45 liters", 17_900),
    product("BAG-0210", "Canvas tote bag", 1900),
    product("BAG-0215", "Dry bag, 10 liters", 2200),
    product("CMP-0301", "Two-person tent", 24_900),
    product("CMP-0302", "Sleeping bag, three seasons", 15_900),
    product("CMP-0305", "Sleeping mat", 6900),
    product("CMP-0311", "Camping stove", 5400),
    product("CMP-0312", "Titanium mug", 2900),
    product("CMP-0313", "Vacuum flask, 0.75 liters", 3200),
    product("CMP-0320", "Headlamp", 3900),
    product("CMP-0321", "Pocket knife", 4500),
    product("HOM-0401", "Wool blanket", 8900),
    product("HOM-0402", "Beeswax candle", 1400),
    product("HOM-0403", "Stoneware mug", 1800),
    product("HOM-0404", "Stoneware bowl", 2300),
    product("HOM-0405", "Linen tea towel", 1300),
    product("HOM-0410", "Cast-iron pan", 6400),
    product("HOM-0411", "Oak cutting board", 4200),
    product("HOM-0420", "Enamel kettle", 4900),
    product("GRD-0501", "Pruning shears", 3700),
    product("GRD-0502", "Watering can", 2800),
    product("GRD-0503", "Wildflower seeds", 700),
    product("GRD-0504", "Garden gloves", 1500),
    product("FOO-0601", "Coffee beans, 1 kg", 2100),
    product("FOO-0602", "Trail mix, 500 g", 900),
    product("FOO-0603", "Dark chocolate", 500),
    product("FOO-0604", "Heather honey", 1100),
    product("BOO-0701", "Field guide to birds", 2600),
    product("GFT-0001", "Gift wrapping", 400),
];
