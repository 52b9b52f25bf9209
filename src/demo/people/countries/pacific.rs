//! Japan and Australia. Japanese names are romanized. A Japanese postal code means a quarter, which
//! stands in the first line of the address with the number of the block. The Australian phone
//! numbers are those that the ACMA keeps free for fiction.

use super::super::currencies;
use super::{Country, StreetForm, place};

#[rustfmt::skip]
pub(super) static JAPAN: Country = Country {
    code: "JP",
    weight: 30,
    currency: &currencies::YEN,
    calling_code: "81",
    trunk_prefix: "0",
    feminine_names: &[
        "Akari", "Aoi", "Asuka", "Chihiro", "Emi", "Hana", "Haruka", "Hina", "Kaori", "Keiko",
        "Mai", "Mao", "Megumi", "Mei", "Misaki", "Miyu", "Nanami", "Naomi", "Rin", "Rina",
        "Sakura", "Satomi", "Tomoko", "Yui", "Yuka", "Yuki", "Yuna",
    ],
    masculine_names: &[
        "Akira", "Daichi", "Daiki", "Haruto", "Hayato", "Hiroshi", "Hiroto", "Itsuki", "Jun",
        "Kaito", "Kazuya", "Keita", "Kenji", "Kenta", "Makoto", "Naoki", "Ren", "Riku", "Ryo",
        "Ryota", "Shota", "Sota", "Takashi", "Takumi", "Tatsuya", "Yamato", "Yuma", "Yuto",
    ],
    family_names: &[
        "Abe", "Aoki", "Arai", "Endo", "Fujii", "Fujita", "Fukuda", "Goto", "Hara", "Hasegawa",
        "Hashimoto", "Hayashi", "Ikeda", "Inoue", "Ishii", "Ishikawa", "Ito", "Kato", "Kimura",
        "Kobayashi", "Kondo", "Maeda", "Matsuda", "Matsumoto", "Miura", "Mori", "Murakami",
        "Nakagawa", "Nakajima", "Nakamura", "Nishimura", "Ogawa", "Okada", "Okamoto", "Ono",
        "Ota", "Saito", "Sakai", "Sakamoto", "Sasaki", "Sato", "Shimizu", "Suzuki", "Takahashi",
        "Takeuchi", "Tanaka", "Ueda", "Wada", "Watanabe", "Yamada", "Yamaguchi", "Yamamoto",
        "Yamashita", "Yokoyama", "Yoshida",
    ],
    two_family_names: 0,
    umlauts_as_digraphs: false,
    street_form: StreetForm::Blocks,
    streets: &[],
    second_lines: &["Sakura Mansion *0#", "Green Heights *0#", "*F", "Room *0#"],
    places: &[
        place("Shibuya-ku", "150-0041", "03-3###-####").of("Tokyo").with(&["Jinnan"]),
        place("Shibuya-ku", "150-0001", "03-3###-####").of("Tokyo").with(&["Jingumae"]),
        place("Shinjuku-ku", "160-0022", "03-3###-####").of("Tokyo").with(&["Shinjuku"]),
        place("Minato-ku", "106-0032", "03-3###-####").of("Tokyo").with(&["Roppongi"]),
        place("Minato-ku", "107-0052", "03-3###-####").of("Tokyo").with(&["Akasaka"]),
        place("Yokohama-shi Nishi-ku", "220-0012", "045-2##-####").of("Kanagawa")
            .with(&["Minatomirai"]),
        place("Osaka-shi Kita-ku", "530-0001", "06-6###-####").of("Osaka").with(&["Umeda"]),
        place("Osaka-shi Chuo-ku", "542-0076", "06-6###-####").of("Osaka").with(&["Namba"]),
        place("Nagoya-shi Naka-ku", "460-0008", "052-2##-####").of("Aichi").with(&["Sakae"]),
        place("Sapporo-shi Kita-ku", "060-0807", "011-7##-####").of("Hokkaido")
            .with(&["Kita 7-jo Nishi"]),
        place("Fukuoka-shi Chuo-ku", "810-0001", "092-7##-####").of("Fukuoka").with(&["Tenjin"]),
        place("Fukuoka-shi Hakata-ku", "812-0011", "092-4##-####").of("Fukuoka")
            .with(&["Hakata-ekimae"]),
        place("Kobe-shi Chuo-ku", "650-0021", "078-3##-####").of("Hyogo").with(&["Sannomiya-cho"]),
        place("Sendai-shi Aoba-ku", "980-0021", "022-2##-####").of("Miyagi").with(&["Chuo"]),
        place("Hiroshima-shi Naka-ku", "730-0011", "082-2##-####").of("Hiroshima")
            .with(&["Motomachi"]),
        place("Kyoto-shi Sakyo-ku", "606-8417", "075-7##-####").of("Kyoto")
            .with(&["Jodoji Nishida-cho"]),
    ],
    mobile_numbers: &[
        "070-*###-####", "080-*###-####", "090-*###-####",
    ],
    trades: &["Trading", "Foods", "Design", "Kogyo", "Shoji", "Denki", "Kensetsu", "Bunko"],
    trade_first: false,
    legal_forms: &["K.K.", "K.K.", "G.K."],
    registration_number: "#############",
};

#[rustfmt::skip]
pub(super) static AUSTRALIA: Country = Country {
    code: "AU",
    weight: 40,
    currency: &currencies::AUSTRALIAN_DOLLAR,
    calling_code: "61",
    trunk_prefix: "0",
    feminine_names: &[
        "Alinta", "Amelia", "Anh", "Ava", "Billie", "Bridget", "Charlotte", "Claudia", "Eliza",
        "Evie", "Georgia", "Grace", "Harper", "Isla", "Jacinta", "Kirra", "Kylie", "Lily", "Matilda",
        "Mia", "Narelle", "Olivia", "Priya", "Ruby", "Sheree", "Sienna", "Tahlia", "Willow", "Zoe",
    ],
    masculine_names: &[
        "Angus", "Archie", "Bailey", "Blake", "Brett", "Bruce", "Callum", "Cooper", "Darcy",
        "Dimitri", "Ethan", "Flynn", "Gavin", "Glenn", "Hamish", "Harrison", "Hudson", "Jack",
        "Jarrah", "Kai", "Lachlan", "Levi", "Mitchell", "Nathan", "Noah", "Oliver", "Riley",
        "Shane", "Wayne", "Xavier",
    ],
    family_names: &[
        "Anderson", "Bailey", "Brown", "Campbell", "Chen", "Clarke", "Cooper", "Costa", "Davies",
        "Dunn", "Edwards", "Evans", "Fraser", "Georgiou", "Gibson", "Hall", "Harris", "Hughes",
        "Jackson", "Johnson", "Jones", "Kelly", "Kennedy", "King", "Lee", "Martin", "McDonald",
        "Mitchell", "Murray", "Ng", "Nguyen", "O'Brien", "Papadopoulos", "Patel", "Reid",
        "Robinson", "Ryan", "Singh", "Smith", "Stewart", "Taylor", "Thompson", "Tran", "Walker",
        "Walsh", "White", "Williams", "Wilson", "Wright", "Young",
    ],
    two_family_names: 0,
    umlauts_as_digraphs: false,
    street_form: StreetForm::NumberFirst,
    streets: &[
        "George Street", "Victoria Street", "Church Street", "Park Street", "Wattle Street",
        "Railway Parade", "Queen Street", "Banksia Avenue", "High Street", "Albert Road",
        "Beach Road", "Acacia Court", "Elizabeth Street", "Station Street",
    ],
    second_lines: &["Unit *", "Unit *#", "Unit *A"],
    places: &[
        place("Sydney", "2000", "(02) 5550 ####").of("NSW"),
        place("Surry Hills", "2010", "(02) 7010 ####").of("NSW"),
        place("Newtown", "2042", "(02) 5550 ####").of("NSW"),
        place("Newcastle", "2300", "(02) 7010 ####").of("NSW"),
        place("Wollongong", "2500", "(02) 5550 ####").of("NSW"),
        place("Melbourne", "3000", "(03) 5550 ####").of("VIC"),
        place("Fitzroy", "3065", "(03) 7010 ####").of("VIC"),
        place("St Kilda", "3182", "(03) 5550 ####").of("VIC"),
        place("Geelong", "3220", "(03) 7010 ####").of("VIC"),
        place("Brisbane", "4000", "(07) 5550 ####").of("QLD"),
        place("Cairns", "4870", "(07) 7010 ####").of("QLD"),
        place("Perth", "6000", "(08) 5550 ####").of("WA"),
        place("Fremantle", "6160", "(08) 7010 ####").of("WA"),
        place("Adelaide", "5000", "(08) 5550 ####").of("SA"),
        place("Hobart", "7000", "(03) 7010 ####").of("TAS"),
        place("Canberra", "2601", "(02) 7010 ####").of("ACT"),
        place("Darwin", "0800", "(08) 7010 ####").of("NT"),
    ],
    mobile_numbers: &[],
    trades: &[
        "Surf", "Earthworks", "Wines", "Plumbing", "Electrical", "Outback Supplies", "Bakery",
        "Landscapes", "Consulting",
    ],
    trade_first: false,
    legal_forms: &["Pty Ltd", "Pty Ltd", "Ltd"],
    registration_number: "## ### ### ###",
};
