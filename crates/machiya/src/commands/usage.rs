//! Reading the arguments, with help in the caller's language.

use std::ffi::OsString;

use clap::Parser;
use ground::words::{Lang, Tongue};

use super::lang_of_machine;

/// The language of this call, before the arguments are really read: help speaks it too.
pub fn lang(args: impl Iterator<Item = OsString>) -> Lang {
    let args: Vec<String> = args.map(|arg| arg.to_string_lossy().into_owned()).collect();
    let named = args
        .iter()
        .zip(args.iter().skip(1))
        .find(|(flag, _)| *flag == "--lang")
        .map(|(_, code)| code.as_str());
    let named = named.or_else(|| args.iter().find_map(|arg| arg.strip_prefix("--lang=")));
    lang_of_machine(named)
}

/// Reads the arguments of this program.
pub fn read<L: Parser>(t: &Tongue) -> Result<L, clap::Error> {
    let matches = in_words(L::command(), "", t).try_get_matches()?;
    L::from_arg_matches(&matches)
}

/// Every command is explained by the word `cli-about-<path>`, every argument by `cli-arg-<its name>`.
pub fn in_words(command: clap::Command, path: &str, t: &Tongue) -> clap::Command {
    let about = if path.is_empty() { "cli-about".to_owned() } else { format!("cli-about-{path}") };
    let command = command.about(t.t(&about).to_owned()).mut_args(|arg| {
        let word = format!("cli-arg-{}", arg.get_id().as_str().replace('_', "-"));
        arg.help(t.t(&word).to_owned())
    });
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    names.into_iter().fold(command, |command, name| {
        let inner = if path.is_empty() { name.clone() } else { format!("{path}-{name}") };
        command.mut_subcommand(name, |sub| in_words(sub, &inner, t))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    fn check(command: &clap::Command, path: &str, t: &Tongue) {
        let about = if path.is_empty() { "cli-about".to_owned() } else { format!("cli-about-{path}") };
        assert!(t.knows(&about), "{about}");
        for arg in command.get_arguments().filter(|arg| !matches!(arg.get_id().as_str(), "help" | "version"))
        {
            let word = format!("cli-arg-{}", arg.get_id().as_str().replace('_', "-"));
            assert!(t.knows(&word), "{word}");
        }
        for sub in command.get_subcommands() {
            let inner = if path.is_empty() {
                sub.get_name().to_owned()
            } else {
                format!("{path}-{}", sub.get_name())
            };
            check(sub, &inner, t);
        }
    }

    #[test]
    fn every_command_and_argument_is_explained_in_every_language() {
        let words = crate::rooms::words().unwrap();
        let line = super::super::Line::command();
        line.clone().debug_assert();
        for lang in Lang::ALL {
            check(&line, "", &words.tongue(lang));
        }
    }

    #[test]
    fn help_speaks_the_language_that_the_call_names() {
        let of = |args: &[&str]| lang(args.iter().map(OsString::from));
        assert_eq!(of(&["machiya", "--lang", "ja", "check"]), Lang::Ja);
        assert_eq!(of(&["machiya", "check", "--lang=en"]), Lang::En);
    }
}
