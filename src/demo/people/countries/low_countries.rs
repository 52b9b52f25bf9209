//! The Netherlands and Belgium. A Dutch postal code means a part of a street, so every Dutch place
//! names its street.

use super::super::currencies;
use super::{Country, StreetForm, place};

/// The streets of the French-speaking places of Belgium.
const WALLOON_STREETS: &[&str] = &[
    "Rue Neuve",
    "Rue de la Station",
    "Avenue Louise",
    "Rue de l'Église",
    "Rue du Moulin",
    "Rue Haute",
    "Place du Marché",
];

#[rustfmt::skip]
pub(super) static NETHERLANDS: Country = Country {
    code: "NL",
    weight: 45,
    currency: &currencies::EURO,
    calling_code: "31",
    trunk_prefix: "0",
    feminine_names: &[
        "Anne", "Anouk", "Bregje", "Daphne", "Emma", "Esmée", "Eva", "Femke", "Fleur", "Hanneke",
        "Ilse", "Isa", "Iris", "Julia", "Lieke", "Lisa", "Loes", "Lotte", "Maud", "Marijke",
        "Mila", "Noor", "Roos", "Saar", "Sanne", "Sophie", "Tess", "Wilma", "Yara", "Zoë",
    ],
    masculine_names: &[
        "Bart", "Bas", "Bram", "Casper", "Daan", "Dirk", "Erik", "Finn", "Gijs", "Hendrik",
        "Jan-Willem", "Jasper", "Jelle", "Jeroen", "Joost", "Kees", "Lars", "Levi", "Luuk",
        "Maarten", "Mees", "Mohamed", "Niels", "Pieter", "René", "Ruben", "Ruud", "Sem", "Sjoerd",
        "Thijs", "Wouter",
    ],
    family_names: &[
        "Bakker", "Bos", "Bosman", "Brouwer", "de Boer", "de Bruijn", "de Graaf", "de Groot",
        "de Haan", "de Jong", "de Vries", "de Wit", "Dekker", "Dijkstra", "Hendriks", "Hoekstra",
        "Jacobs", "Jansen", "Janssen", "Koster", "Kuiper", "Mulder", "Peters", "Postma", "Prins",
        "Schouten", "Smit", "Smits", "van Beek", "van Dam", "van de Ven", "van den Berg",
        "van der Linden", "van der Meer", "van Dijk", "van Leeuwen", "van Vliet", "van Wijk",
        "Veenstra", "Verhoeven", "Vermeulen", "Visser", "Vos", "Willems",
    ],
    two_family_names: 0,
    umlauts_as_digraphs: false,
    street_form: StreetForm::NumberLast,
    streets: &[],
    second_lines: &["*-hoog", "Bovenwoning", "Unit *"],
    places: &[
        place("Amsterdam", "1012 JS", "020 6## ####").with(&["Dam"]),
        place("Amsterdam", "1071 XX", "020 6## ####").with(&["Museumstraat"]),
        place("Amsterdam", "1017 PT", "020 6## ####").with(&["Leidseplein"]),
        place("Rotterdam", "3011 AD", "010 4## ####").with(&["Coolsingel"]),
        place("Den Haag", "2511 BT", "070 3## ####").with(&["Spui"]),
        place("Utrecht", "3521 AZ", "030 2## ####").with(&["Stadsplateau"]),
        place("Eindhoven", "5611 EM", "040 2## ####").with(&["Stadhuisplein"]),
        place("Groningen", "9712 HN", "050 3## ####").with(&["Grote Markt"]),
        place("Maastricht", "6211 CL", "043 3## ####").with(&["Markt"]),
        place("Haarlem", "2011 RD", "023 5## ####").with(&["Grote Markt"]),
        place("Leiden", "2311 EJ", "071 5## ####").with(&["Stadhuisplein"]),
        place("Nijmegen", "6511 PP", "024 3## ####").with(&["Korte Nieuwstraat"]),
        place("Tilburg", "5038 TC", "013 5## ####").with(&["Stadhuisplein"]),
        place("Delft", "2611 GW", "015 2## ####").with(&["Markt"]),
        place("Arnhem", "6811 DG", "026 3## ####").with(&["Koningstraat"]),
        place("Breda", "4811 DJ", "076 5## ####").with(&["Claudius Prinsenlaan"]),
    ],
    mobile_numbers: &[
        "06 12######", "06 21######", "06 24######", "06 38######", "06 42######", "06 51######",
        "06 53######",
    ],
    trades: &[
        "Bloemen", "Fietsen", "Techniek", "Transport", "Bouw", "Advies", "Kaas", "Meubelen",
        "Drukwerk", "Watersport",
    ],
    trade_first: false,
    legal_forms: &["B.V.", "B.V.", "N.V.", "V.O.F."],
    registration_number: "########",
};

#[rustfmt::skip]
pub(super) static BELGIUM: Country = Country {
    code: "BE",
    weight: 25,
    currency: &currencies::EURO,
    calling_code: "32",
    trunk_prefix: "0",
    feminine_names: &[
        "Amélie", "An", "Camille", "Chloé", "Elise", "Ella", "Emma", "Greet", "Hilde", "Inès",
        "Jolien", "Juliette", "Kaat", "Lien", "Louise", "Lore", "Manon", "Marie", "Noor", "Tine",
        "Véronique",
    ],
    masculine_names: &[
        "Arne", "Arthur", "Benoît", "Bram", "Dries", "Gilles", "Guillaume", "Jef", "Jeroen",
        "Koen", "Lucas", "Luc", "Mathieu", "Nathan", "Olivier", "Pieter-Jan", "Rik", "Seppe",
        "Thibault", "Wout", "Youssef",
    ],
    family_names: &[
        "Aerts", "Claes", "Claeys", "De Backer", "De Clercq", "De Smet", "Declercq", "Delvaux",
        "Desmet", "Dubois", "Dupont", "Goossens", "Hermans", "Jacobs", "Janssens", "Lambert",
        "Lambrecht", "Leclercq", "Lemmens", "Maes", "Martens", "Mertens", "Michiels", "Pauwels",
        "Peeters", "Renard", "Segers", "Simon", "Smets", "Stevens", "Thijs", "Van Damme",
        "Van den Broeck", "Vandenberghe", "Vermeersch", "Verstraete", "Willems", "Wouters",
    ],
    two_family_names: 0,
    umlauts_as_digraphs: false,
    street_form: StreetForm::NumberLast,
    streets: &[
        "Kerkstraat", "Stationsstraat", "Nieuwstraat", "Schoolstraat", "Molenstraat",
        "Dorpsstraat", "Veldstraat", "Kapelstraat", "Grote Markt", "Leuvensesteenweg",
    ],
    second_lines: &["Bus *", "Boîte *"],
    places: &[
        place("Bruxelles", "1000", "02 5## ## ##").with(WALLOON_STREETS),
        place("Ixelles", "1050", "02 6## ## ##").with(WALLOON_STREETS),
        place("Antwerpen", "2000", "03 2## ## ##"),
        place("Gent", "9000", "09 2## ## ##"),
        place("Leuven", "3000", "016 2# ## ##"),
        place("Brugge", "8000", "050 3# ## ##"),
        place("Mechelen", "2800", "015 2# ## ##"),
        place("Hasselt", "3500", "011 2# ## ##"),
        place("Oostende", "8400", "059 5# ## ##"),
        place("Kortrijk", "8500", "056 2# ## ##"),
        place("Liège", "4000", "04 2## ## ##").with(WALLOON_STREETS),
        place("Namur", "5000", "081 2# ## ##").with(WALLOON_STREETS),
        place("Mons", "7000", "065 3# ## ##").with(WALLOON_STREETS),
        place("Charleroi", "6000", "071 3# ## ##").with(WALLOON_STREETS),
    ],
    mobile_numbers: &[
        "0470 ## ## ##", "0472 ## ## ##", "0475 ## ## ##", "0478 ## ## ##", "0486 ## ## ##",
        "0494 ## ## ##", "0497 ## ## ##",
    ],
    trades: &[
        "Chocolade", "Brouwerij", "Textiel", "Logistics", "Diamant", "Interieur", "Consult",
        "Papier",
    ],
    trade_first: false,
    legal_forms: &["BV", "BV", "SRL", "NV"],
    registration_number: "0###.###.###",
};
