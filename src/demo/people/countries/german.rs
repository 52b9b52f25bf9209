//! Germany, Austria and Switzerland. The German phone numbers are those that the Bundesnetzagentur
//! keeps free for drama.

use super::super::currencies;
use super::{Country, StreetForm, place};

/// The streets of the French-speaking places of Switzerland.
const ROMAND_STREETS: &[&str] =
    &["Rue du Rhône", "Rue de la Gare", "Rue du Simplon", "Avenue de la Gare", "Rue du Marché"];

#[rustfmt::skip]
pub(super) static GERMANY: Country = Country {
    code: "DE",
    weight: 110,
    currency: &currencies::EURO,
    calling_code: "49",
    trunk_prefix: "0",
    feminine_names: &[
        "Andrea", "Anja", "Anna", "Annika", "Antje", "Birgit", "Claudia", "Elif", "Emilia", "Emma",
        "Franziska", "Gisela", "Greta", "Hannah", "Heike", "Ida", "Jana", "Johanna", "Jule",
        "Katharina", "Katrin", "Käthe", "Lara", "Lea", "Leonie", "Lina", "Luisa", "Maja", "Maria",
        "Marlene", "Mia", "Nele", "Petra", "Sabine", "Sandra", "Sophie", "Steffi", "Susanne",
        "Tanja", "Ursula", "Ute", "Zeynep",
    ],
    masculine_names: &[
        "Alexander", "Andreas", "Anton", "Ben", "Bernd", "Björn", "Christian", "Daniel", "Dieter",
        "Dirk", "Elias", "Emil", "Felix", "Finn", "Florian", "Frank", "Hans-Peter", "Henrik",
        "Jan", "Jens", "Jonas", "Jörg", "Jürgen", "Karl", "Klaus", "Lars", "Leon", "Lukas",
        "Markus", "Matthias", "Maximilian", "Mehmet", "Michael", "Moritz", "Niklas", "Oskar",
        "Paul", "Rainer", "Sebastian", "Sören", "Stefan", "Thomas", "Tobias", "Uwe", "Wolfgang",
    ],
    family_names: &[
        "Albrecht", "Arnold", "Bauer", "Becker", "Berger", "Böhm", "Brandt", "Braun", "Busch",
        "Dietrich", "Engel", "Fischer", "Frank", "Friedrich", "Fuchs", "Graf", "Groß", "Günther",
        "Haas", "Hahn", "Hartmann", "Heinrich", "Herrmann", "Hoffmann", "Hofmann", "Horn", "Huber",
        "Jäger", "Jung", "Kaiser", "Keller", "Klein", "Koch", "Köhler", "König", "Kraus", "Krause",
        "Krüger", "Kuhn", "Kühn", "Lang", "Lange", "Lehmann", "Lorenz", "Ludwig", "Maier", "Mayer",
        "Meyer", "Möller", "Müller", "Neumann", "Otto", "Peters", "Pohl", "Richter", "Roth",
        "Schäfer", "Schmidt", "Schmitz", "Scholz", "Schreiber", "Schröder", "Schulz", "Schumacher",
        "Schwarz", "Simon", "Sommer", "Stein", "Thomas", "Vogel", "Vogt", "Wagner", "Walter",
        "Weber", "Weiß", "Werner", "Winkler", "Winter", "Wolf", "Yılmaz", "Ziegler", "Zimmermann",
    ],
    two_family_names: 0,
    umlauts_as_digraphs: true,
    street_form: StreetForm::NumberLast,
    streets: &[
        "Hauptstraße", "Bahnhofstraße", "Schulstraße", "Gartenstraße", "Goethestraße",
        "Schillerstraße", "Lindenallee", "Bergstraße", "Kirchgasse", "Mozartstraße", "Ringstraße",
        "Am Markt", "Mühlenweg", "Beethovenstraße", "Rosenweg", "Blumenstraße", "Königstraße",
    ],
    second_lines: &["Hinterhaus", "*. Stock", "Wohnung *", "Vorderhaus, *. OG"],
    places: &[
        place("Berlin", "10115", "030 23125 ###"),
        place("Berlin", "10437", "030 23125 ###"),
        place("Berlin", "10997", "030 23125 ###"),
        place("Hamburg", "20095", "040 66969 ###"),
        place("Hamburg", "22765", "040 66969 ###"),
        place("München", "80331", "089 99998 ###"),
        place("München", "80799", "089 99998 ###"),
        place("Köln", "50667", "0221 4710 ###"),
        place("Köln", "50823", "0221 4710 ###"),
        place("Frankfurt am Main", "60311", "069 90009 ###"),
        place("Stuttgart", "70173", ""),
        place("Düsseldorf", "40213", ""),
        place("Leipzig", "04109", ""),
        place("Dresden", "01067", ""),
        place("Hannover", "30159", ""),
        place("Nürnberg", "90402", ""),
        place("Bremen", "28195", ""),
        place("Essen", "45127", ""),
        place("Dortmund", "44135", ""),
        place("Bonn", "53111", ""),
        place("Münster", "48143", ""),
        place("Karlsruhe", "76133", ""),
        place("Freiburg im Breisgau", "79098", ""),
        place("Rostock", "18055", ""),
        place("Kiel", "24103", ""),
        place("Erfurt", "99084", ""),
        place("Heidelberg", "69117", ""),
        place("Würzburg", "97070", ""),
    ],
    mobile_numbers: &["0171 39200##", "0176 040690##"],
    trades: &[
        "Logistik", "Maschinenbau", "Elektrotechnik", "Baustoffe", "Gartenbau", "Möbel", "Druck",
        "Feinkost", "Spedition", "Medien", "Software", "Werkzeuge",
    ],
    trade_first: false,
    legal_forms: &["GmbH", "GmbH", "AG", "KG", "GmbH & Co. KG"],
    registration_number: "HRB ######",
};

#[rustfmt::skip]
pub(super) static AUSTRIA: Country = Country {
    code: "AT",
    weight: 25,
    currency: &currencies::EURO,
    calling_code: "43",
    trunk_prefix: "0",
    feminine_names: &[
        "Anna", "Barbara", "Christina", "Elisabeth", "Eva", "Gerlinde", "Hannah", "Ingrid",
        "Johanna", "Katharina", "Lena", "Magdalena", "Marie", "Martina", "Monika", "Renate",
        "Sophie", "Theresa", "Valentina", "Veronika", "Viktoria",
    ],
    masculine_names: &[
        "Alois", "Andreas", "Anton", "Christoph", "David", "Dominik", "Fabian", "Felix", "Florian",
        "Franz", "Georg", "Gerhard", "Jakob", "Johann", "Josef", "Lukas", "Manfred", "Martin",
        "Maximilian", "Paul", "Stefan", "Tobias", "Wolfgang",
    ],
    family_names: &[
        "Aigner", "Auer", "Bauer", "Berger", "Binder", "Brunner", "Ebner", "Eder", "Egger",
        "Fuchs", "Gruber", "Haas", "Hofer", "Huber", "Köck", "Lackner", "Lechner", "Leitner",
        "Maier", "Mayer", "Moser", "Müller", "Pichler", "Reiter", "Schmid", "Schneider", "Schwarz",
        "Steiner", "Strasser", "Wagner", "Wallner", "Weber", "Wieser", "Wimmer", "Winkler", "Wolf",
    ],
    two_family_names: 0,
    umlauts_as_digraphs: true,
    street_form: StreetForm::NumberLast,
    streets: &[
        "Hauptstraße", "Bahnhofstraße", "Mozartgasse", "Kirchengasse", "Lindengasse",
        "Schulgasse", "Feldgasse", "Wiener Straße", "Raiffeisenstraße", "Gartengasse",
    ],
    second_lines: &["Stiege *, Top *", "Top *", "Top *#", "*. Stock"],
    places: &[
        place("Wien", "1010", "01 5######"),
        place("Wien", "1070", "01 5######"),
        place("Wien", "1090", "01 4######"),
        place("Graz", "8010", "0316 8#####"),
        place("Linz", "4020", "0732 7#####"),
        place("Salzburg", "5020", "0662 8#####"),
        place("Innsbruck", "6020", "0512 5#####"),
        place("Klagenfurt am Wörthersee", "9020", "0463 5####"),
        place("Villach", "9500", "04242 2####"),
        place("Wels", "4600", "07242 4####"),
        place("St. Pölten", "3100", "02742 3####"),
        place("Dornbirn", "6850", "05572 2####"),
        place("Bregenz", "6900", "05574 4####"),
        place("Eisenstadt", "7000", "02682 6####"),
    ],
    mobile_numbers: &[
        "0660 *######", "0664 *######", "0676 *######", "0680 *######", "0699 1*######",
    ],
    trades: &[
        "Holzbau", "Sportartikel", "Maschinen", "Feinkost", "Tischlerei", "Elektrotechnik",
        "Reisen", "Bau",
    ],
    trade_first: false,
    legal_forms: &["GmbH", "GmbH", "AG", "OG", "KG"],
    registration_number: "FN ######a",
};

#[rustfmt::skip]
pub(super) static SWITZERLAND: Country = Country {
    code: "CH",
    weight: 25,
    currency: &currencies::SWISS_FRANC,
    calling_code: "41",
    trunk_prefix: "0",
    feminine_names: &[
        "Andrea", "Anna", "Chantal", "Chiara", "Céline", "Elena", "Elin", "Fabienne", "Laura",
        "Lea", "Lena", "Livia", "Mia", "Nina", "Noémie", "Regula", "Ruth", "Sandra", "Seraina",
        "Ursina", "Vreni",
    ],
    masculine_names: &[
        "Beat", "Cédric", "Daniel", "Fabio", "Gian", "Hansueli", "Jan", "Jürg", "Kilian", "Levin",
        "Luca", "Marco", "Matteo", "Nico", "Noah", "Olivier", "Pascal", "Reto", "Stefan", "Thomas",
        "Urs", "Yannick",
    ],
    family_names: &[
        "Aebi", "Ammann", "Baumann", "Bernasconi", "Bianchi", "Bühler", "Bucher", "Caduff",
        "Favre", "Fischer", "Frei", "Gerber", "Graf", "Hofer", "Huber", "Hürlimann", "Keller",
        "Kunz", "Lüthi", "Meier", "Meyer", "Moser", "Müller", "Rochat", "Schmid", "Schneider",
        "Steiner", "Stucki", "Suter", "Weber", "Wyss", "Zbinden", "Zimmermann", "Zürcher",
    ],
    two_family_names: 0,
    umlauts_as_digraphs: true,
    street_form: StreetForm::NumberLast,
    streets: &[
        "Bahnhofstrasse", "Dorfstrasse", "Hauptstrasse", "Seestrasse", "Schulstrasse",
        "Kirchgasse", "Industriestrasse", "Rosenweg", "Marktgasse", "Gartenstrasse",
    ],
    second_lines: &["*. Stock", "Postfach *##"],
    places: &[
        place("Zürich", "8001", "044 2## ## ##"),
        place("Zürich", "8004", "044 2## ## ##"),
        place("Bern", "3011", "031 3## ## ##"),
        place("Basel", "4051", "061 2## ## ##"),
        place("Genève", "1204", "022 3## ## ##").with(ROMAND_STREETS),
        place("Lausanne", "1003", "021 3## ## ##").with(ROMAND_STREETS),
        place("Fribourg", "1700", "026 3## ## ##").with(ROMAND_STREETS),
        place("Luzern", "6003", "041 2## ## ##"),
        place("St. Gallen", "9000", "071 2## ## ##"),
        place("Winterthur", "8400", "052 2## ## ##"),
        place("Lugano", "6900", "091 9## ## ##").with(&["Via Nassa", "Via Pessina", "Via Canova"]),
        place("Chur", "7000", "081 2## ## ##"),
        place("Zug", "6300", "041 7## ## ##"),
    ],
    mobile_numbers: &["076 *## ## ##", "078 *## ## ##", "079 *## ## ##"],
    trades: &[
        "Uhren", "Maschinen", "Treuhand", "Pharma", "Bergsport", "Holzbau", "Informatik", "Käse",
    ],
    trade_first: false,
    legal_forms: &["AG", "AG", "GmbH"],
    registration_number: "CHE-###.###.###",
};
