//! Embeds the built files of `ui/` in the binary. Without them (no `npm run build` yet) the pages work, unstyled.

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// What pages link to, when nothing has been built: enough to read a page by.
const FALLBACK: [(&str, &str); 4] = [
    (
        "app.css",
        "body{max-width:60rem;margin:1rem auto;padding:0 1rem;font-family:sans-serif;line-height:1.7}\n",
    ),
    ("app.js", "export {};\n"),
    ("sw.js", "self.addEventListener(\"install\", () => self.skipWaiting());\n"),
    (
        "icon.svg",
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 96 96\"><path fill=\"#00316a\" d=\"M0 0h96v96H0z\"/><path fill=\"#fff\" d=\"M48 20 84 46H12zM20 52h56v26H20z\"/></svg>\n",
    ),
];

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let dist = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../ui/dist");
    println!("cargo:rerun-if-changed={}", dist.display());
    println!("cargo:rerun-if-changed={}", dist.join("manifest.json").display());
    let files = match built(&dist, &out)? {
        Some(files) => files,
        None => {
            println!(
                "cargo:warning=ui/dist is missing: pages will be unstyled. Run `make ui` (needs Node.js) and build again."
            );
            fallback(&out)?
        }
    };
    let mut code = String::from(
        "/// Name, file and content of everything that was built in `ui/`.\nstatic FILES: &[(&str, &str, &[u8])] = &[\n",
    );
    for (name, file, path) in files {
        writeln!(code, "    ({name:?}, {file:?}, include_bytes!({path:?})),")?;
    }
    code.push_str("];\n");
    fs::write(out.join("assets.rs"), code)?;
    Ok(())
}

type Files = Vec<(String, String, PathBuf)>;

/// Reads `{"app.css": "app.0123456789.css", …}`, and copies the files: a build of `ui/` may begin while this one runs.
fn built(dist: &Path, out: &Path) -> Result<Option<Files>, Box<dyn Error>> {
    let Ok(manifest) = fs::read_to_string(dist.join("manifest.json")) else { return Ok(None) };
    let mut files = Files::new();
    for pair in manifest.trim().trim_start_matches('{').trim_end_matches('}').split(',') {
        let mut texts = pair.split('"').skip(1).step_by(2);
        let (Some(name), Some(file)) = (texts.next(), texts.next()) else { continue };
        let path = out.join(file);
        fs::copy(dist.join(file), &path)?;
        files.push((name.to_owned(), file.to_owned(), path));
    }
    let complete = FALLBACK.iter().all(|(needed, _)| files.iter().any(|(name, _, _)| name == needed));
    if complete { Ok(Some(files)) } else { Err("ui/dist/manifest.json lacks a file; run `make ui`".into()) }
}

fn fallback(out: &Path) -> Result<Files, Box<dyn Error>> {
    let mut files = Files::new();
    for (name, content) in FALLBACK {
        let path = out.join(name);
        fs::write(&path, content)?;
        // Named apart, so that a browser does not keep these once the real ones are there.
        let (stem, end) = name.rsplit_once('.').unwrap_or((name, ""));
        files.push((name.to_owned(), format!("{stem}.unbuilt.{end}"), path));
    }
    Ok(files)
}
