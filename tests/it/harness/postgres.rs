//! A throw-away PostgreSQL cluster for the integration tests.
//!
//! The first test that needs PostgreSQL starts one server, which all tests of the process then
//! share; each test works in a database of its own.
//!
//! ```text
//! test process ──pipe──► keeper (sh) ──► initdb, pg_ctl, rm
//!      └──────── 127.0.0.1:port ────────► server
//! ```
//!
//! Statics are never dropped, and a killed process drops nothing at all. Therefore the test process
//! does not run the server itself: a small shell script, the keeper, creates the folder, runs every
//! program that works in it, one after the other, and reads its commands from a pipe whose only
//! write end the test process holds. However that process ends, the kernel closes the pipe, upon
//! which the keeper stops the server and removes the folder. The keeper leads a process group of its
//! own and ignores the signals by which a terminal ends a program.

use std::collections::hash_map::RandomState;
use std::env;
use std::fs::{self, OpenOptions};
use std::hash::{BuildHasher, Hasher};
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Once, OnceLock};
use std::thread;

/// Names the folder that holds `initdb`, `pg_ctl` and `psql`; nothing else is searched then.
const FOLDER_VARIABLE: &str = "CUSTOMER_GRAPH_TEST_POSTGRES_BIN";

/// Makes a missing PostgreSQL an error instead of a reason to skip.
const REQUIRE_VARIABLE: &str = "CUSTOMER_GRAPH_REQUIRE_POSTGRES";

/// The oldest major version the service supports.
const OLDEST_VERSION: u32 = 14;

/// The superuser of the cluster, and the database in which statements about other databases run.
const SUPERUSER: &str = "postgres";
const MAINTENANCE_DATABASE: &str = "postgres";

/// How often the server is started at another port when the chosen one was taken meanwhile.
const PORT_ATTEMPTS: usize = 10;

/// Settings of every cluster: nothing has to survive a crash of the machine, no background work
/// disturbs a test, and no socket file is written (its path might be too long).
const SETTINGS: &str = "
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 32MB
fsync = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
autovacuum = off
jit = off
synchronous_commit = off
timezone = 'UTC'
log_timezone = 'UTC'
";

/// The keeper. Its parameters are the paths of `initdb` and `pg_ctl`, then the folders in which the
/// cluster's folder may be created. It first prints the path of that folder, then one exit code per
/// command it read.
const KEEPER_SCRIPT: &str = r#"
trap '' HUP INT QUIT TERM PIPE
set -u
umask 077
initdb=$1
pg_ctl=$2
shift 2
folder=
for parent in "$@"; do
    folder=$(mktemp -d "$parent/customer-graph-postgres-XXXXXXXX" 2>/dev/null) && break
done
[ -n "$folder" ] || exit 1
data=$folder/data
exec 2>>"$folder/keeper.log"
printf '%s\n' "$folder"

run() {
    "$@" </dev/null >>"$folder/keeper.log" 2>&1
}

while read -r command parameter; do
    case $command in
    initialize)
        run "$initdb" --pgdata="$data" --username=postgres --auth=trust --no-sync \
            --encoding=UTF8 --locale="$parameter"
        ;;
    start)
        run "$pg_ctl" start --pgdata="$data" --wait --timeout=60 \
            --log="$folder/server.log" --options="-p $parameter"
        ;;
    esac
    printf '%s\n' "$?"
done

run "$pg_ctl" stop --pgdata="$data" --wait --timeout=60 --mode=immediate
cd /
for attempt in 1 2 3 4 5 6 7 8 9 10; do
    rm -rf "$folder" 2>/dev/null && break
    sleep 1
done
"#;

/// A PostgreSQL server of the tests with its folder; both go away with the value or, at the latest,
/// with the process.
#[derive(Debug)]
pub(crate) struct Cluster {
    programs: Programs,
    /// Held for as long as the server is to run.
    _keeper: Keeper,
    port: u16,
    created_databases: AtomicU64,
}

impl Cluster {
    /// Returns the cluster that all tests of the process share; the first call starts it.
    ///
    /// Where PostgreSQL is not installed, one line on the standard error stream says so, once a
    /// process, and the answer is `None`: the test is to return early.
    ///
    /// # Panics
    ///
    /// Panics when the server does not start, or when PostgreSQL is missing although
    /// `CUSTOMER_GRAPH_REQUIRE_POSTGRES=1` demands it.
    #[track_caller]
    pub(crate) fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Result<Option<Cluster>, String>> = OnceLock::new();
        match SHARED.get_or_init(Self::start) {
            Ok(cluster) => cluster.as_ref(),
            Err(reason) => panic!("{reason}"),
        }
    }

    /// Returns the URL of a database of this cluster; whether the database exists is not checked.
    pub(crate) fn url(&self, database: &str) -> String {
        format!(
            "postgres://{SUPERUSER}@{}:{}/{database}",
            Ipv4Addr::LOCALHOST,
            self.port
        )
    }

    /// Returns the name of the database that a URL of this cluster leads to; a plain name is
    /// returned as it is.
    ///
    /// # Panics
    ///
    /// Panics when the URL leads elsewhere.
    #[track_caller]
    pub(crate) fn database_name(&self, url: &str) -> String {
        let name = match url.strip_prefix(&self.url("")) {
            Some(path) => path.split(['?', '#']).next().unwrap_or_default(),
            None if url.contains("://") => panic!("{url} is not a database of this cluster"),
            None => url,
        };
        name.to_owned()
    }

    /// Creates an empty database under a name of its own and returns its URL.
    ///
    /// # Panics
    ///
    /// Panics when the server refuses.
    #[track_caller]
    pub(crate) fn create_database(&self) -> String {
        self.clone_database("template0")
    }

    /// Creates a copy of a database, given by its name or its URL, and returns the URL of the copy.
    ///
    /// Any number of threads may copy the same database at once, but nobody may be connected to it.
    /// The server waits up to five seconds for sessions that are about to end.
    ///
    /// # Panics
    ///
    /// Panics when the server refuses, as it does while a session remains in the template.
    #[track_caller]
    pub(crate) fn clone_database(&self, template: &str) -> String {
        let number = self.created_databases.fetch_add(1, Ordering::Relaxed) + 1;
        let database = format!("test_{number}");
        let template = self.database_name(template).replace('"', "\"\"");
        // Copying the files takes half the time of writing them to the log, the default since 15;
        // version 14 knows nothing else.
        let strategy = match self.programs.version {
            ..15 => "",
            15.. => " STRATEGY FILE_COPY",
        };
        self.execute(
            MAINTENANCE_DATABASE,
            &format!("CREATE DATABASE {database} TEMPLATE \"{template}\"{strategy}"),
        );
        self.url(&database)
    }

    /// Runs a script of SQL statements in a database, given by its name or its URL, and returns what
    /// `psql` printed: one line a row, the columns separated by `|`, no final line break.
    ///
    /// # Panics
    ///
    /// Panics with the server's message at the first statement that fails.
    #[track_caller]
    pub(crate) fn execute(&self, database: &str, sql: &str) -> String {
        let database = self.database_name(database);
        match self.run_client(&database, sql) {
            Ok(rows) => rows,
            Err(reason) => panic!("{reason}\nin database {database}: {sql}"),
        }
    }

    /// Starts a cluster, unless there is no PostgreSQL on this machine and it may be missing.
    fn start() -> Result<Option<Self>, String> {
        let Some(programs) = Programs::find()? else {
            const HOW_TO_GET_IT: &str = "install it (on Debian: apt-get install postgresql) or \
                name the folder of initdb, pg_ctl and psql in CUSTOMER_GRAPH_TEST_POSTGRES_BIN";
            if is_set(REQUIRE_VARIABLE) {
                return Err(format!(
                    "{REQUIRE_VARIABLE} demands the PostgreSQL tests, but no PostgreSQL \
                     {OLDEST_VERSION} or newer was found; {HOW_TO_GET_IT}"
                ));
            }
            // The test harness captures what the print macros write, but not the stream itself.
            static NOTICE: Once = Once::new();
            NOTICE.call_once(|| {
                let notice = format!(
                    "PostgreSQL tests were skipped: no PostgreSQL {OLDEST_VERSION} or newer was \
                     found; {HOW_TO_GET_IT}.\n"
                );
                // A closed stream is no reason to fail a test.
                io::stderr().write_all(notice.as_bytes()).ok();
            });
            return Ok(None);
        };

        let (mut keeper, folder) = Keeper::start(&programs)?;
        let failure = |what: &str| format!("{what}:\n{}", logs(&folder));

        // Some systems do not know the locale C.UTF-8; plain C sorts in the same order.
        if !keeper.request("initialize C.UTF-8")? && !keeper.request("initialize C")? {
            return Err(failure("initdb failed"));
        }

        OpenOptions::new()
            .append(true)
            .open(folder.join("data/postgresql.conf"))
            .and_then(|mut file| file.write_all(SETTINGS.as_bytes()))
            .map_err(|error| failure(&format!("postgresql.conf cannot be written: {error}")))?;

        for _ in 0..PORT_ATTEMPTS {
            let port = free_port()?;
            if keeper.request(&format!("start {port}"))? {
                return Ok(Some(Self {
                    programs,
                    _keeper: keeper,
                    port,
                    created_databases: AtomicU64::new(0),
                }));
            }
            let log = folder.join("server.log");
            if !fs::read_to_string(&log).unwrap_or_default().contains("could not bind") {
                break;
            }
            fs::remove_file(log).ok();
        }
        Err(failure("the PostgreSQL server does not start"))
    }

    /// Runs `psql` with the script on its standard input, where a script may be of any length and
    /// each statement is a transaction of its own.
    fn run_client(&self, database: &str, sql: &str) -> Result<String, String> {
        let failure = |error: io::Error| format!("psql cannot be run: {error}");
        let mut child = clean_command(&self.programs.client)
            .args(["-qAtX", "-v", "ON_ERROR_STOP=1", "--no-password"])
            .args(["-U", SUPERUSER, "-h", &Ipv4Addr::LOCALHOST.to_string()])
            .args(["-p", &self.port.to_string(), "-d", database])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(failure)?;
        let script = child.stdin.take();
        let output = thread::scope(|scope| {
            scope.spawn(move || {
                if let Some(mut script) = script {
                    // psql closes its end early when a statement fails, which its exit code says.
                    script.write_all(sql.as_bytes()).ok();
                }
            });
            child.wait_with_output()
        })
        .map_err(failure)?;
        if output.status.success() {
            let text = String::from_utf8_lossy(&output.stdout);
            Ok(text.strip_suffix('\n').unwrap_or(&text).to_owned())
        } else {
            let text = String::from_utf8_lossy(&output.stderr);
            Err(format!("psql failed ({}): {}", output.status, text.trim_end()))
        }
    }
}

/// The shell that runs the programs of one cluster and cleans up when its input ends.
#[derive(Debug)]
struct Keeper {
    process: Child,
    commands: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Keeper {
    /// Starts the keeper and returns it with the folder it created.
    ///
    /// The standard library creates its pipes with the close-on-exec flag, hence neither the server
    /// nor any other child process inherits the write end.
    fn start(programs: &Programs) -> Result<(Self, PathBuf), String> {
        let mut command = clean_command(Path::new("/bin/sh"));
        command
            .args(["-c", KEEPER_SCRIPT, "customer-graph-postgres-keeper"])
            .args([&programs.initialize, &programs.control])
            .args([&super::temporary_folder(), Path::new("/tmp"), Path::new("/var/tmp")])
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0);
        if let Some(account) = Account::for_server()? {
            // This also drops the supplementary groups of root.
            command.uid(account.user_id).gid(account.group_id);
        }
        let mut process = command
            .spawn()
            .map_err(|error| format!("/bin/sh cannot be run: {error}"))?;
        let commands = process.stdin.take();
        let Some(answers) = process.stdout.take() else {
            return Err("the keeper of the PostgreSQL cluster has no output".to_owned());
        };
        let mut keeper = Self {
            process,
            commands,
            answers: BufReader::new(answers),
        };
        let folder = keeper
            .answer()
            .map_err(|reason| format!("{reason}: no folder for the PostgreSQL cluster can be created"))?;
        Ok((keeper, PathBuf::from(folder)))
    }

    /// Sends a command and says whether it succeeded.
    fn request(&mut self, command: &str) -> Result<bool, String> {
        if let Some(commands) = &mut self.commands {
            writeln!(commands, "{command}")
                .map_err(|error| format!("the keeper of the PostgreSQL cluster is gone: {error}"))?;
        }
        Ok(self.answer()? == "0")
    }

    /// Reads one line.
    fn answer(&mut self) -> Result<String, String> {
        let mut line = String::new();
        match self.answers.read_line(&mut line) {
            Ok(0) => Err("the keeper of the PostgreSQL cluster ended".to_owned()),
            Ok(_) => Ok(line.trim_end_matches('\n').to_owned()),
            Err(error) => Err(format!("the keeper of the PostgreSQL cluster is mute: {error}")),
        }
    }
}

impl Drop for Keeper {
    /// Closes the pipe and waits until server and folder are gone.
    fn drop(&mut self) {
        drop(self.commands.take());
        self.process.wait().ok();
    }
}

/// The programs of one PostgreSQL installation.
#[derive(Debug)]
struct Programs {
    version: u32,
    initialize: PathBuf,
    control: PathBuf,
    client: PathBuf,
}

impl Programs {
    /// Finds an installation that is new enough: in the folder the environment names or, without
    /// one, first on the search path, then in the folders of Debian's packages, newest first.
    fn find() -> Result<Option<Self>, String> {
        if is_set(FOLDER_VARIABLE) {
            let folder = PathBuf::from(env::var_os(FOLDER_VARIABLE).unwrap_or_default());
            return match Self::in_folder(&folder) {
                Some(programs) => Ok(Some(programs)),
                None => Err(format!(
                    "{FOLDER_VARIABLE} names {}, which does not hold initdb, pg_ctl and psql of \
                     PostgreSQL {OLDEST_VERSION} or newer",
                    folder.display()
                )),
            };
        }
        let packaged = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let mut packaged: Vec<(u32, PathBuf)> = packaged
            .filter_map(|entry| {
                let version = entry.file_name().to_str()?.parse().ok()?;
                Some((version, entry.path().join("bin")))
            })
            .collect();
        packaged.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
        let packaged = packaged.into_iter().map(|(_, folder)| folder);
        Ok(search_path()
            .into_iter()
            .chain(packaged)
            .find_map(|folder| Self::in_folder(&folder)))
    }

    /// Returns the programs of a folder when they are complete and new enough.
    ///
    /// A folder of the search path often holds no more than links to some of the programs, and
    /// `psql` there may be a slow wrapper. Therefore links are followed first.
    fn in_folder(folder: &Path) -> Option<Self> {
        let program = |name: &str| {
            let linked = folder.join(name);
            let actual = fs::canonicalize(&linked).ok()?;
            // A link to a program of another name is a wrapper that goes by the name of the link.
            Some(if actual.ends_with(name) { actual } else { linked })
        };
        let initialize = program("initdb")?;
        let control = program("pg_ctl")?;
        let version = major_version(&initialize)?;
        if version < OLDEST_VERSION || major_version(&control)? != version {
            return None;
        }
        let client = [initialize.parent()?.to_owned(), folder.to_owned()]
            .into_iter()
            .chain(search_path())
            .map(|folder| folder.join("psql"))
            .find(|path| is_executable(path))?;
        Some(Self {
            version,
            initialize,
            control,
            client,
        })
    }
}

/// The unprivileged account of the server processes, as PostgreSQL refuses to run as root.
struct Account {
    user_id: u32,
    group_id: u32,
}

impl Account {
    /// Returns the account to change to; none unless the tests run as root.
    fn for_server() -> Result<Option<Self>, String> {
        if identity(&["-u"]) != Some(0) {
            return Ok(None);
        }
        ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| {
                let user_id = identity(&["-u", name]).filter(|user_id| *user_id != 0)?;
                let group_id = identity(&["-g", name])?;
                Some(Self { user_id, group_id })
            })
            .map(Some)
            .ok_or_else(|| {
                "PostgreSQL cannot run as root, and there is neither a user postgres nor a user \
                 nobody to run it as"
                    .to_owned()
            })
    }
}

/// Asks the program `id` for a number.
fn identity(arguments: &[&str]) -> Option<u32> {
    let output = clean_command(Path::new("id")).args(arguments).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

/// Returns the major version that a program of PostgreSQL reports, as in
/// `initdb (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` or `pg_ctl (PostgreSQL) 19beta1`.
fn major_version(program: &Path) -> Option<u32> {
    let output = clean_command(program).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let (_, version) = text.split_once("(PostgreSQL) ")?;
    version
        .split(|character: char| !character.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

/// Prepares a program that no variable of the environment leads to another server, another language
/// or another time zone.
fn clean_command(program: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("PG")) {
            command.env_remove(name);
        }
    }
    // Naming the time zone also saves initdb from comparing every zone the system knows.
    command.env("LC_ALL", "C").env("TZ", "UTC").stdin(Stdio::null());
    command
}

/// Returns the folders of the search path; relative ones mean nothing to the keeper.
fn search_path() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).filter(|folder| folder.is_absolute()).collect()
}

/// Says whether a file exists that someone may execute.
fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

/// Says whether a variable of the environment has a value other than nothing and zero.
fn is_set(variable: &str) -> bool {
    env::var_os(variable).is_some_and(|value| !value.is_empty() && value != "0")
}

/// Returns a port on which nobody listens. It lies below the ports that systems hand out by
/// themselves, so that no other test takes the port of a stopped server.
fn free_port() -> Result<u16, String> {
    (0..1000)
        .map(|_| {
            let random = RandomState::new().build_hasher().finish() % 15_000;
            15_000 + u16::try_from(random).unwrap_or_default()
        })
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .ok_or_else(|| "no port is free for the PostgreSQL server".to_owned())
}

/// Returns the ends of the logs in a cluster's folder.
fn logs(folder: &Path) -> String {
    ["keeper.log", "server.log"]
        .into_iter()
        .filter_map(|name| {
            let bytes = fs::read(folder.join(name)).ok()?;
            let end = &bytes[bytes.len().saturating_sub(4096)..];
            Some(format!("{name}: {}", String::from_utf8_lossy(end).trim_end()))
        })
        .collect::<Vec<_>>()
        .join("\n")
}
