//! Poland. A postal code means a part of a city, so the streets of the country will do.

use super::super::currencies;
use super::{Country, StreetForm, place};

#[rustfmt::skip]
pub(super) static POLAND: Country = Country {
    code: "PL",
    weight: 35,
    currency: &currencies::ZLOTY,
    calling_code: "48",
    trunk_prefix: "",
    feminine_names: &[
        "Agnieszka", "Aleksandra", "Alicja", "Amelia", "Anna", "Barbara", "Beata", "Dorota", "Ewa",
        "Grażyna", "Hanna", "Iwona", "Joanna", "Julia", "Justyna", "Kamila", "Karolina",
        "Katarzyna", "Kinga", "Lena", "Magdalena", "Małgorzata", "Maria", "Monika", "Natalia",
        "Oliwia", "Patrycja", "Róża", "Weronika", "Zofia", "Zuzanna",
    ],
    masculine_names: &[
        "Adam", "Andrzej", "Antoni", "Bartłomiej", "Błażej", "Dariusz", "Dawid", "Filip", "Grzegorz",
        "Igor", "Jakub", "Jan", "Jerzy", "Kacper", "Kamil", "Krzysztof", "Łukasz", "Maciej",
        "Marcin", "Marek", "Mateusz", "Michał", "Mikołaj", "Paweł", "Piotr", "Przemysław", "Rafał",
        "Sławomir", "Stanisław", "Szymon", "Tomasz", "Wojciech", "Zbigniew",
    ],
    family_names: &[
        "Adamczyk", "Baran", "Bąk", "Czarnecki", "Dąbrowski", "Duda", "Dudek", "Górski",
        "Grabowski", "Jabłoński", "Jankowski", "Kaczmarek", "Kamiński", "Kowalczyk", "Kowalski",
        "Kozłowski", "Krawczyk", "Król", "Krupa", "Kubiak", "Kwiatkowski", "Lewandowski",
        "Majewski", "Malinowski", "Mazur", "Michalski", "Nowak", "Nowakowski", "Nowicki",
        "Olszewski", "Ostrowski", "Pawłowski", "Piotrowski", "Sikora", "Stępień", "Szymański",
        "Walczak", "Wieczorek", "Wiśniewski", "Witkowski", "Wójcik", "Wojciechowski", "Woźniak",
        "Wróbel", "Wysocki", "Zając", "Zawadzki", "Zieliński", "Żak",
    ],
    two_family_names: 0,
    umlauts_as_digraphs: false,
    street_form: StreetForm::NumberLast,
    streets: &[
        "ul. Długa", "ul. Polna", "ul. Leśna", "ul. Słoneczna", "ul. Krótka", "ul. Szkolna",
        "ul. Ogrodowa", "ul. Lipowa", "ul. Mickiewicza", "ul. Kościuszki", "ul. Kwiatowa",
        "al. Niepodległości", "ul. Sienkiewicza", "ul. Żeromskiego",
    ],
    second_lines: &["m. *", "m. *#", "lok. *"],
    places: &[
        place("Warszawa", "00-002", "22 6## ## ##"),
        place("Warszawa", "00-545", "22 6## ## ##"),
        place("Warszawa", "02-677", "22 8## ## ##"),
        place("Kraków", "31-042", "12 4## ## ##"),
        place("Kraków", "30-001", "12 6## ## ##"),
        place("Łódź", "90-001", "42 6## ## ##"),
        place("Wrocław", "50-101", "71 3## ## ##"),
        place("Poznań", "61-772", "61 8## ## ##"),
        place("Gdańsk", "80-831", "58 3## ## ##"),
        place("Gdynia", "81-364", "58 6## ## ##"),
        place("Szczecin", "70-001", "91 4## ## ##"),
        place("Bydgoszcz", "85-001", "52 3## ## ##"),
        place("Lublin", "20-001", "81 5## ## ##"),
        place("Katowice", "40-001", "32 2## ## ##"),
        place("Białystok", "15-001", "85 7## ## ##"),
        place("Toruń", "87-100", "56 6## ## ##"),
    ],
    mobile_numbers: &[
        "501 ### ###", "512 ### ###", "601 ### ###", "604 ### ###", "662 ### ###", "691 ### ###",
        "723 ### ###", "781 ### ###", "888 ### ###",
    ],
    trades: &[
        "Meble", "Transport", "Budownictwo", "Elektronika", "Piekarnia", "Ceramika", "Drukarnia",
        "Ogrody", "Narzędzia",
    ],
    trade_first: false,
    legal_forms: &["Sp. z o.o.", "Sp. z o.o.", "S.A.", "Sp. j."],
    registration_number: "00########",
};
