//! Spain, Portugal and Brazil. In Portugal and Brazil a postal code means a street, so every place
//! names its streets.

use super::super::currencies;
use super::{Country, StreetForm, place};

#[rustfmt::skip]
pub(super) static SPAIN: Country = Country {
    code: "ES",
    weight: 50,
    currency: &currencies::EURO,
    calling_code: "34",
    trunk_prefix: "",
    feminine_names: &[
        "Adriana", "Ainhoa", "Alba", "Ana", "Andrea", "Ángela", "Beatriz", "Begoña", "Carla",
        "Carmen", "Clara", "Cristina", "Elena", "Inés", "Irene", "Isabel", "Laia", "Laura",
        "Lucía", "María", "María José", "Marta", "Montserrat", "Noelia", "Nuria", "Paula", "Pilar",
        "Raquel", "Rocío", "Sara", "Silvia", "Sofía", "Valeria", "Verónica",
    ],
    masculine_names: &[
        "Adrián", "Alejandro", "Álvaro", "Andrés", "Ángel", "Antonio", "Carlos", "Daniel", "David",
        "Diego", "Eduardo", "Fernando", "Francisco", "Gonzalo", "Guillermo", "Hugo", "Ignacio",
        "Iker", "Iván", "Javier", "Joaquín", "Jordi", "Jorge", "José", "José Luis", "Juan", "Jesús",
        "Luis", "Manuel", "Marcos", "Mario", "Martín", "Miguel", "Óscar", "Pablo", "Rafael",
        "Raúl", "Rubén", "Sergio", "Víctor",
    ],
    family_names: &[
        "Aguilar", "Alonso", "Álvarez", "Blanco", "Cabrera", "Calvo", "Cano", "Castillo", "Castro",
        "Cortés", "Crespo", "Cruz", "Delgado", "Díaz", "Díez", "Domínguez", "Fernández", "Flores",
        "Fuentes", "Gallego", "García", "Garrido", "Gil", "Giménez", "Gómez", "González",
        "Guerrero", "Gutiérrez", "Hernández", "Herrera", "Ibáñez", "Iglesias", "Jiménez", "León",
        "López", "Lozano", "Marín", "Martín", "Martínez", "Medina", "Méndez", "Molina", "Morales",
        "Moreno", "Muñoz", "Navarro", "Núñez", "Ortega", "Ortiz", "Pascual", "Peña", "Pérez",
        "Prieto", "Ramírez", "Ramos", "Reyes", "Rodríguez", "Romero", "Rubio", "Ruiz", "Sánchez",
        "Santana", "Santos", "Sanz", "Serrano", "Soler", "Suárez", "Torres", "Vázquez", "Vega",
        "Vicente", "Vidal",
    ],
    two_family_names: 60,
    umlauts_as_digraphs: false,
    street_form: StreetForm::NumberAfterComma,
    streets: &[
        "Calle Mayor", "Calle Real", "Avenida de la Constitución", "Calle del Sol", "Calle Nueva",
        "Plaza de España", "Calle San Juan", "Calle Cervantes", "Avenida de Andalucía",
        "Calle de la Paz", "Calle Goya", "Paseo de la Estación", "Calle Colón",
    ],
    second_lines: &["*.º A", "*.º B", "*.º izquierda", "*.º derecha", "Bajo", "Escalera A, *.º C"],
    places: &[
        place("Madrid", "28004", "915 ## ## ##").of("Madrid"),
        place("Madrid", "28012", "913 ## ## ##").of("Madrid"),
        place("Madrid", "28020", "914 ## ## ##").of("Madrid"),
        place("Alcalá de Henares", "28801", "918 ## ## ##").of("Madrid"),
        place("Barcelona", "08002", "933 ## ## ##").of("Barcelona"),
        place("Barcelona", "08012", "932 ## ## ##").of("Barcelona"),
        place("Valencia", "46001", "963 ## ## ##").of("Valencia"),
        place("Sevilla", "41001", "954 ## ## ##").of("Sevilla"),
        place("Zaragoza", "50001", "976 ## ## ##").of("Zaragoza"),
        place("Málaga", "29001", "952 ## ## ##").of("Málaga"),
        place("Murcia", "30001", "968 ## ## ##").of("Murcia"),
        place("Palma", "07001", "971 ## ## ##").of("Illes Balears"),
        place("Las Palmas de Gran Canaria", "35001", "928 ## ## ##").of("Las Palmas"),
        place("Bilbao", "48001", "944 ## ## ##").of("Bizkaia"),
        place("Donostia-San Sebastián", "20001", "943 ## ## ##").of("Gipuzkoa"),
        place("Alicante", "03001", "965 ## ## ##").of("Alicante"),
        place("Granada", "18001", "958 ## ## ##").of("Granada"),
        place("A Coruña", "15001", "981 ## ## ##").of("A Coruña"),
        place("Santander", "39001", "942 ## ## ##").of("Cantabria"),
        place("Pamplona", "31001", "948 ## ## ##").of("Navarra"),
    ],
    mobile_numbers: &[
        "612 ## ## ##", "625 ## ## ##", "636 ## ## ##", "647 ## ## ##", "654 ## ## ##",
        "666 ## ## ##", "678 ## ## ##", "687 ## ## ##", "699 ## ## ##",
    ],
    trades: &[
        "Talleres", "Transportes", "Bodegas", "Muebles", "Panadería", "Cerámicas", "Textiles",
        "Construcciones", "Librería", "Conservas",
    ],
    trade_first: true,
    legal_forms: &["S.L.", "S.L.", "S.A."],
    registration_number: "B########",
};

#[rustfmt::skip]
pub(super) static PORTUGAL: Country = Country {
    code: "PT",
    weight: 20,
    currency: &currencies::EURO,
    calling_code: "351",
    trunk_prefix: "",
    feminine_names: &[
        "Ana", "Beatriz", "Carolina", "Catarina", "Constança", "Cristina", "Filipa", "Francisca",
        "Inês", "Joana", "Leonor", "Luísa", "Mafalda", "Margarida", "Maria", "Mariana", "Matilde",
        "Rita", "Sofia", "Teresa",
    ],
    masculine_names: &[
        "Afonso", "André", "António", "Diogo", "Duarte", "Filipe", "Francisco", "Gonçalo", "Hugo",
        "João", "José", "Luís", "Manuel", "Martim", "Miguel", "Nuno", "Paulo", "Pedro", "Rui",
        "Tiago", "Tomás", "Vasco",
    ],
    family_names: &[
        "Almeida", "Antunes", "Araújo", "Azevedo", "Baptista", "Cardoso", "Carvalho", "Correia",
        "Costa", "Cunha", "Dias", "Fernandes", "Ferreira", "Fonseca", "Gomes", "Gonçalves",
        "Lopes", "Machado", "Magalhães", "Marques", "Martins", "Matos", "Mendes", "Monteiro",
        "Moreira", "Nunes", "Oliveira", "Pereira", "Pinto", "Ribeiro", "Rocha", "Rodrigues",
        "Santos", "Silva", "Simões", "Soares", "Sousa", "Tavares", "Teixeira", "Vieira",
    ],
    two_family_names: 55,
    umlauts_as_digraphs: false,
    street_form: StreetForm::NumberAfterComma,
    streets: &[],
    second_lines: &["*.º esquerdo", "*.º direito", "Rés-do-chão", "*.º A"],
    places: &[
        place("Lisboa", "1100-053", "21 8## ####").with(&["Rua Augusta"]),
        place("Lisboa", "1250-140", "21 3## ####").with(&["Avenida da Liberdade"]),
        place("Lisboa", "1200-094", "21 3## ####").with(&["Rua do Carmo"]),
        place("Porto", "4000-064", "22 2## ####").with(&["Avenida dos Aliados"]),
        place("Porto", "4000-447", "22 2## ####").with(&["Rua de Santa Catarina"]),
        place("Braga", "4700-329", "253 2## ###").with(&["Rua do Souto"]),
        place("Coimbra", "3000-179", "239 8## ###").with(&["Rua Ferreira Borges"]),
        place("Faro", "8000-283", "289 8## ###").with(&["Rua de Santo António"]),
        place("Setúbal", "2900-450", "265 5## ###").with(&["Avenida Luísa Todi"]),
        place("Aveiro", "3800-159", "234 4## ###").with(&["Avenida Doutor Lourenço Peixinho"]),
        place("Évora", "7000-854", "266 7## ###").with(&["Rua Cinco de Outubro"]),
        place("Guimarães", "4800-443", "253 5## ###").with(&["Rua de Santa Maria"]),
        place("Funchal", "9000-060", "291 2## ###").with(&["Avenida Arriaga"]),
    ],
    mobile_numbers: &["912 ### ###", "917 ### ###", "925 ### ###", "936 ### ###", "966 ### ###"],
    trades: &[
        "Cortiças", "Conservas", "Vinhos", "Têxteis", "Transportes", "Cerâmicas", "Mobiliário",
        "Calçado",
    ],
    trade_first: true,
    legal_forms: &["Lda.", "Lda.", "S.A."],
    registration_number: "5########",
};

#[rustfmt::skip]
pub(super) static BRAZIL: Country = Country {
    code: "BR",
    weight: 30,
    currency: &currencies::BRAZILIAN_REAL,
    calling_code: "55",
    trunk_prefix: "",
    feminine_names: &[
        "Adriana", "Amanda", "Ana Clara", "Beatriz", "Bruna", "Camila", "Carolina", "Débora",
        "Fernanda", "Gabriela", "Giovanna", "Helena", "Isabela", "Jéssica", "Juliana", "Larissa",
        "Letícia", "Luana", "Luíza", "Mariana", "Natália", "Patrícia", "Rafaela", "Sônia", "Tainá",
        "Vitória",
    ],
    masculine_names: &[
        "Anderson", "André", "Antônio", "Bruno", "Caio", "Carlos Eduardo", "Davi", "Diego",
        "Eduardo", "Fábio", "Felipe", "Fernando", "Gabriel", "Guilherme", "Gustavo", "Heitor",
        "Igor", "João Pedro", "José", "Leonardo", "Lucas", "Marcelo", "Matheus", "Murilo",
        "Rafael", "Rodrigo", "Thiago", "Vinícius", "Wellington",
    ],
    family_names: &[
        "Almeida", "Alves", "Andrade", "Araújo", "Barbosa", "Barros", "Batista", "Borges",
        "Campos", "Cardoso", "Carvalho", "Castro", "Cavalcanti", "Costa", "Dias", "Fernandes",
        "Ferreira", "Freitas", "Gomes", "Gonçalves", "Lima", "Lopes", "Machado", "Marques",
        "Martins", "Medeiros", "Melo", "Mendes", "Miranda", "Monteiro", "Moraes", "Moreira",
        "Moura", "Nascimento", "Nogueira", "Oliveira", "Pereira", "Pinto", "Ramos", "Ribeiro",
        "Rocha", "Rodrigues", "Santana", "Santos", "Silva", "Soares", "Souza", "Teixeira",
        "Vieira", "Yamamoto",
    ],
    two_family_names: 45,
    umlauts_as_digraphs: false,
    street_form: StreetForm::NumberAfterComma,
    streets: &[],
    second_lines: &["Apto *#", "Apto *##", "Bloco B, apto *#", "Casa *"],
    places: &[
        place("São Paulo", "01310-100", "(11) 3###-####").of("SP").with(&["Avenida Paulista"]),
        place("São Paulo", "01305-000", "(11) 3###-####").of("SP").with(&["Rua Augusta"]),
        place("São Paulo", "04538-133", "(11) 3###-####").of("SP")
            .with(&["Avenida Brigadeiro Faria Lima"]),
        place("Campinas", "13010-060", "(19) 3###-####").of("SP")
            .with(&["Rua Costa Aguiar"]),
        place("Rio de Janeiro", "22021-001", "(21) 2###-####").of("RJ").with(&["Avenida Atlântica"]),
        place("Rio de Janeiro", "20040-002", "(21) 2###-####").of("RJ")
            .with(&["Avenida Rio Branco"]),
        place("Belo Horizonte", "30130-003", "(31) 3###-####").of("MG")
            .with(&["Avenida Afonso Pena"]),
        place("Curitiba", "80020-310", "(41) 3###-####").of("PR")
            .with(&["Rua XV de Novembro"]),
        place("Porto Alegre", "90020-005", "(51) 3###-####").of("RS").with(&["Rua dos Andradas"]),
        place("Florianópolis", "88010-001", "(48) 3###-####").of("SC")
            .with(&["Rua Felipe Schmidt"]),
        place("Salvador", "40060-001", "(71) 3###-####").of("BA")
            .with(&["Avenida Sete de Setembro"]),
        place("Recife", "51021-000", "(81) 3###-####").of("PE").with(&["Avenida Boa Viagem"]),
        place("Fortaleza", "60165-121", "(85) 3###-####").of("CE").with(&["Avenida Beira Mar"]),
        place("Brasília", "70040-010", "(61) 3###-####").of("DF").with(&["SBN Quadra 1"]),
        place("Manaus", "69010-001", "(92) 3###-####").of("AM")
            .with(&["Avenida Eduardo Ribeiro"]),
    ],
    mobile_numbers: &[
        "(11) 9*###-####", "(19) 99###-####", "(21) 99###-####", "(31) 98###-####",
        "(41) 99###-####", "(51) 99###-####", "(61) 98###-####", "(71) 99###-####",
        "(81) 99###-####", "(85) 98###-####",
    ],
    trades: &[
        "Cafés", "Transportes", "Móveis", "Confecções", "Alimentos", "Papelaria", "Calçados",
        "Construtora", "Informática",
    ],
    trade_first: true,
    legal_forms: &["Ltda.", "Ltda.", "S.A."],
    registration_number: "##.###.###/0001-##",
};
