//! Builds the query page into the program: what `npm --prefix web run build` left in `web/dist`, if it was run.
//!
//! Nothing is downloaded and nothing else is run here. Without the page the program is whole; a smaller page stands in.

#![allow(clippy::print_stdout, reason = "so a build script speaks to cargo")]
#![allow(clippy::disallowed_methods, reason = "so cargo speaks to a build script")]

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

fn main() -> Result<(), Box<dyn Error>> {
    // The folder is always there; what stands in it is not part of the repository.
    println!("cargo::rerun-if-changed=web/dist");
    println!("cargo::rerun-if-changed=build.rs");
    let folder = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("web/dist");
    let output = PathBuf::from(env::var("OUT_DIR")?).join("bundle.rs");
    let text = match fs::read_to_string(folder.join("manifest.txt")) {
        Ok(manifest) => bundle(&folder, &manifest)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => "None".to_owned(),
        Err(error) => return Err(error.into()),
    };
    let text = format!("static BUNDLE: Option<Bundle> = {text};\n");
    // The file stays as old as it is when nothing has changed.
    if fs::read_to_string(&output).is_ok_and(|before| before == text) {
        return Ok(());
    }
    fs::write(output, text)?;
    Ok(())
}

/// Reads lines of three words, `main` or `style` or `file`, a name and a media type, and writes them as Rust.
fn bundle(folder: &Path, manifest: &str) -> Result<String, Box<dyn Error>> {
    let (mut main, mut style, mut files) = (None, None, String::new());
    for line in manifest.lines() {
        let mut words = line.splitn(3, ' ');
        let (Some(kind), Some(name), Some(media_type)) = (words.next(), words.next(), words.next()) else {
            return Err(broken(line).into());
        };
        let is_name = |name: &str| {
            name.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
        };
        let content = folder.join(format!("{name}.gz"));
        if !is_name(name) || !content.is_file() {
            return Err(broken(line).into());
        }
        match kind {
            "main" => main = Some(name),
            "style" => style = Some(name),
            "file" => {}
            _ => return Err(broken(line).into()),
        }
        write!(
            files,
            "File {{ name: {name:?}, media_type: {media_type:?}, content: include_bytes!({content:?}) }}, "
        )?;
    }
    match (main, style) {
        (Some(main), Some(style)) => Ok(format!(
            "Some(Bundle {{ main: {main:?}, style: {style:?}, files: &[{files}] }})"
        )),
        _ => Err(broken("main and style").into()),
    }
}

fn broken(what: &str) -> String {
    format!("web/dist is not whole (at: {what}). Build it again with `npm --prefix web run build`, or empty it.")
}
