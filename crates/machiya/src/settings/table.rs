//! The table of settings: every name, what it takes, its default and what it means. Everything else follows from it.

use super::kinds::{self, Kind, Network, within};
use super::{ContextAccess, LogFormat, Settings};

/// One setting. In `machiya.toml` it stands under `name`; in the environment as `MACHIYA_` and the name in capitals.
pub struct Setting {
    pub name: &'static str,
    pub kind: Kind,
    pub default: &'static str,
    /// Never shown in full.
    pub secret: bool,
    pub ja: &'static str,
    pub en: &'static str,
    /// Reads a text into its place; `None` when the text is wrong. An empty text means "not set" where that is allowed.
    pub set: fn(&mut Settings, Kind, &str) -> Option<()>,
}

impl Setting {
    pub fn env(&self) -> String {
        env_name(self.name)
    }
}

pub fn env_name(name: &str) -> String {
    format!("MACHIYA_{}", name.to_ascii_uppercase().replace('.', "_"))
}

fn count(kind: Kind, text: &str) -> Option<u64> {
    let number = text.trim().parse().ok()?;
    match kind {
        Kind::Count { min, max } => within(number, min, max),
        _ => Some(number),
    }
}

fn size(kind: Kind, text: &str) -> Option<u64> {
    let bytes = kinds::size(text)?;
    match kind {
        Kind::Size { min, max } => within(bytes, min, max),
        _ => Some(bytes),
    }
}

fn number<T: TryFrom<u64>>(kind: Kind, text: &str) -> Option<T> {
    count(kind, text)?.try_into().ok()
}

fn mail_address(text: &str, into: &mut String) -> Option<()> {
    text.trim().clone_into(into);
    (into.is_empty() || gate::is_address(into)).then_some(())
}

const MB: u64 = 1 << 20;
const GB: u64 = 1 << 30;

/// Writes one line of the table.
macro_rules! setting {
    ($name:literal, $kind:expr, $default:literal, $ja:literal, $en:literal, $set:expr) => {
        Setting { name: $name, kind: $kind, default: $default, secret: false, ja: $ja, en: $en, set: $set }
    };
}

pub static TABLE: &[Setting] = &[
    setting!(
        "listen",
        Kind::Address,
        "127.0.0.1:8080",
        "待ち受けるアドレスとポート。",
        "The address and port to listen on.",
        |settings, _, text| {
            settings.listen = text.trim().parse().ok()?;
            Some(())
        }
    ),
    setting!(
        "data",
        Kind::Folder,
        "./data",
        "データのフォルダー。市町村ごとに一つのフォルダーができる。",
        "The data folder; each city is a folder in it.",
        |settings, _, text| {
            settings.data = kinds::path(text)?;
            Some(())
        }
    ),
    Setting {
        name: "database",
        kind: Kind::Database,
        default: "",
        secret: true,
        ja: "PostgreSQL のアドレス。空なら SQLite を使う。",
        en: "The address of a PostgreSQL database; empty for SQLite.",
        set: |settings, _, text| {
            let text = text.trim();
            let good =
                text.is_empty() || text.starts_with("postgres://") || text.starts_with("postgresql://");
            settings.database = (!text.is_empty()).then(|| text.to_owned());
            good.then_some(())
        },
    },
    setting!(
        "postgres.writers",
        Kind::Count { min: 1, max: 256 },
        "8",
        "PostgreSQL へ書き込む接続の数。",
        "Connections to PostgreSQL that write.",
        |settings, kind, text| {
            settings.postgres_writers = number(kind, text)?;
            Some(())
        }
    ),
    setting!(
        "postgres.readers",
        Kind::Count { min: 1, max: 256 },
        "4",
        "PostgreSQL から読む接続の数。",
        "Connections to PostgreSQL that read.",
        |settings, kind, text| {
            settings.postgres_readers = number(kind, text)?;
            Some(())
        }
    ),
    setting!(
        "memory",
        Kind::Size { min: 32 * MB, max: 1024 * GB },
        "256MB",
        "データベースのキャッシュに使うメモリーの上限。",
        "How much memory the caches of the databases may take together.",
        |settings, kind, text| {
            settings.memory_bytes = size(kind, text)?;
            Some(())
        }
    ),
    setting!(
        "key_file",
        Kind::File,
        "",
        "秘密を封じる鍵のファイル。空ならデータのフォルダーの machiya.key。初回の起動で作る。",
        "The file with the keys that seal secrets; empty for machiya.key in the data folder. Made at the first start.",
        |settings, _, text| {
            settings.key_file = kinds::path(text);
            Some(())
        }
    ),
    setting!(
        "default_city",
        Kind::Slug,
        "",
        "どの市町村のものでもないホスト名で開く市町村。空なら、一つしかないときはその市町村。",
        "The city for host names that no city claims; empty: the only city, if there is just one.",
        |settings, _, text| {
            let text = text.trim();
            settings.default_city = (!text.is_empty()).then(|| text.to_owned());
            (text.is_empty() || ground::city::slug_is_good(text)).then_some(())
        }
    ),
    setting!(
        "outbound_private",
        Kind::Choice(&["deny", "allow"]),
        "deny",
        "利用者が書いたアドレスを通じて内部のネットワークへつなぐことを許すか。",
        "Whether addresses that users enter may lead into private networks.",
        |settings, _, text| {
            settings.outbound_private = match text.trim() {
                "deny" => false,
                "allow" => true,
                _ => return None,
            };
            Some(())
        }
    ),
    setting!(
        "outbound_ca",
        Kind::File,
        "",
        "公の認証局のほかに信じる認証局の証明書（PEM）。外部への https とメールの接続に使う。",
        "Certificates (PEM) of authorities trusted besides the public ones, for https and mail to the outside.",
        |settings, _, text| {
            settings.outbound_ca = kinds::path(text);
            Some(())
        }
    ),
    setting!(
        "mail.server",
        Kind::MailServer,
        "",
        "メールを渡すサーバー。空なら送らない。smtp:// は STARTTLS、smtps:// は初めから TLS を使う。",
        "The server that takes letters; empty for none. smtp:// uses STARTTLS, smtps:// TLS from the start.",
        |settings, _, text| {
            settings.mail_server = gate::ServerAddress::parse(text);
            (text.trim().is_empty() || settings.mail_server.is_some()).then_some(())
        }
    ),
    setting!(
        "mail.tls",
        Kind::Choice(&["auto", "always", "never"]),
        "auto",
        "メールサーバーへの暗号化。auto はこの機械の中を除いて必ず使う。never は平文で送る。",
        "Whether the way to the mail server is encrypted; auto: always, except on this machine. never sends in the clear.",
        |settings, _, text| {
            settings.mail_tls = match text.trim() {
                "auto" => gate::Tls::Auto,
                "always" => gate::Tls::Always,
                "never" => gate::Tls::Never,
                _ => return None,
            };
            Some(())
        }
    ),
    setting!(
        "mail.user",
        Kind::Text,
        "",
        "メールサーバーの利用者名。空なら認証しない。",
        "The name for the mail server; empty for no login.",
        |settings, _, text| {
            settings.mail_user = (!text.trim().is_empty()).then(|| text.trim().to_owned());
            Some(())
        }
    ),
    Setting {
        name: "mail.password",
        kind: Kind::Text,
        default: "",
        secret: true,
        ja: "メールサーバーのパスワード。",
        en: "The password for the mail server.",
        set: |settings, _, text| {
            text.clone_into(&mut settings.mail_password);
            Some(())
        },
    },
    setting!(
        "mail.from",
        Kind::MailAddress,
        "",
        "差出人を決めていない市町村の差出人アドレス。",
        "The sender's address of cities that have set none.",
        |settings, _, text| mail_address(text, &mut settings.mail_from)
    ),
    setting!(
        "mail.bounce",
        Kind::MailAddress,
        "",
        "届かなかったメールが戻る先。空なら差出人。",
        "Where letters come back to that cannot be delivered; empty for the sender.",
        |settings, _, text| mail_address(text, &mut settings.mail_bounce)
    ),
    setting!(
        "context_access",
        Kind::Choice(&["protected", "open"]),
        "protected",
        "データ仲介の入口。open は権限も回数制限もなく開く（この機械の中だけで待ち受けるときに限る）。",
        "The broker's door; open asks for no right and sets no limit, and is refused unless listening on loopback.",
        |settings, _, text| {
            settings.context_access = match text.trim() {
                "protected" => ContextAccess::Protected,
                "open" => ContextAccess::Open,
                _ => return None,
            };
            Some(())
        }
    ),
    setting!(
        "trusted_proxies",
        Kind::Networks,
        "",
        "手前のプロキシのアドレス。ここからの X-Forwarded-For と X-Forwarded-Proto だけを信じる。",
        "Addresses of proxies in front; only their X-Forwarded-For and X-Forwarded-Proto are believed.",
        |settings, _, text| {
            settings.trusted_proxies = kinds::networks(text)?;
            Some(())
        }
    ),
    setting!(
        "tls.certificate",
        Kind::File,
        "",
        "TLS の証明書（PEM）。tls.key と組で置くと https で待ち受ける。",
        "The TLS certificate (PEM); together with tls.key the server speaks https itself.",
        |settings, _, text| {
            settings.tls_certificate = kinds::path(text);
            Some(())
        }
    ),
    setting!(
        "tls.key",
        Kind::File,
        "",
        "TLS の秘密鍵（PEM）。",
        "The TLS private key (PEM).",
        |settings, _, text| {
            settings.tls_key = kinds::path(text);
            Some(())
        }
    ),
    setting!(
        "log.format",
        Kind::Choice(&["plain", "json"]),
        "plain",
        "記録の形。",
        "The shape of log lines.",
        |settings, _, text| {
            settings.log_format = match text.trim() {
                "plain" => LogFormat::Plain,
                "json" => LogFormat::Json,
                _ => return None,
            };
            Some(())
        }
    ),
    setting!(
        "log.level",
        Kind::Level,
        "info",
        "記録の細かさ。部分ごとにも書ける（info,hyper=warn）。",
        "How much is logged, per part if wanted (info,hyper=warn).",
        |settings, _, text| {
            // Its reader cuts a text by bytes, and stops the program inside of a character.
            if !text.is_ascii() {
                return None;
            }
            tracing_subscriber::EnvFilter::try_new(text).ok()?;
            settings.log_level = text.trim().to_owned();
            (!settings.log_level.is_empty()).then_some(())
        }
    ),
    setting!(
        "limits.body",
        Kind::Size { min: 1 << 10, max: GB },
        "1MB",
        "API の本文の上限。書式や受け口は自分の上限を持つ。",
        "The largest body of an API request; forms and doors have limits of their own.",
        |settings, kind, text| {
            settings.body_bytes_max = usize::try_from(size(kind, text)?).ok()?;
            Some(())
        }
    ),
    setting!(
        "limits.request_seconds",
        Kind::Count { min: 1, max: 3600 },
        "30",
        "一つの要求にかけてよい秒数。",
        "How many seconds a request may take.",
        |settings, kind, text| {
            settings.request_seconds_max = count(kind, text)?;
            Some(())
        }
    ),
    setting!(
        "limits.requests",
        Kind::Count { min: 1, max: 100_000 },
        "1024",
        "同時に扱う要求の数。これを超えたものは待つよう答える。",
        "Requests worked on at once; more are told to come back.",
        |settings, kind, text| {
            settings.requests_max = number(kind, text)?;
            Some(())
        }
    ),
    setting!(
        "limits.connections",
        Kind::Count { min: 8, max: 1_000_000 },
        "8192",
        "同時に開いておく接続の数。",
        "Connections open at once.",
        |settings, kind, text| {
            settings.connections_max = number(kind, text)?;
            Some(())
        }
    ),
    setting!(
        "limits.connections_per_client",
        Kind::Count { min: 0, max: 1_000_000 },
        "256",
        "一つのアドレスから同時に開ける接続の数。0 は無制限。プロキシには当てはめない。",
        "Connections open at once from one address; 0 for no limit. Trusted proxies are exempt.",
        |settings, kind, text| {
            settings.connections_per_client_max = number(kind, text)?;
            Some(())
        }
    ),
    setting!(
        "limits.shutdown_seconds",
        Kind::Count { min: 1, max: 600 },
        "25",
        "止まるとき、受け付けた要求が終わるのを待つ秒数。",
        "How many seconds a stopping server waits for what it accepted.",
        |settings, kind, text| {
            settings.shutdown_seconds_max = count(kind, text)?;
            Some(())
        }
    ),
    setting!(
        "rate.requests_per_minute",
        Kind::Count { min: 0, max: 100_000_000 },
        "1200",
        "一人の利用者が一分にできる要求の数。0 は無制限。",
        "Requests per minute from one client; 0 for no limit.",
        |settings, kind, text| {
            settings.rate_requests_per_minute = number(kind, text)?;
            Some(())
        }
    ),
    setting!(
        "rate.writes_per_minute",
        Kind::Count { min: 0, max: 100_000_000 },
        "240",
        "一人の利用者が一分にできる書き込みの数。0 は無制限。",
        "Writing requests per minute from one client; 0 for no limit.",
        |settings, kind, text| {
            settings.rate_writes_per_minute = number(kind, text)?;
            Some(())
        }
    ),
    setting!(
        "rate.actions",
        Kind::Switch,
        "on",
        "操作ごとの回数制限（ログインなど）を効かせるか。",
        "Whether actions keep their own limits (signing in and the like).",
        |settings, _, text| {
            settings.rate_actions = kinds::switch(text)?;
            Some(())
        }
    ),
    setting!(
        "workers",
        Kind::Switch,
        "on",
        "serve の中で仕事を処理するか。off にできるのは machiya work が別に動く PostgreSQL のとき。",
        "Whether serve works on jobs itself; off only with PostgreSQL, where machiya work does it.",
        |settings, _, text| {
            settings.workers = kinds::switch(text)?;
            Some(())
        }
    ),
    setting!(
        "backup.folder",
        Kind::Folder,
        "",
        "バックアップを置くフォルダー。doctor が新しさを確かめる。",
        "Where backups are kept; doctor looks at their age.",
        |settings, _, text| {
            settings.backup_folder = kinds::path(text);
            Some(())
        }
    ),
    setting!(
        "backup.days",
        Kind::Count { min: 1, max: 365 },
        "2",
        "これより古いバックアップしかないとき doctor が知らせる日数。",
        "Doctor complains when the newest backup is older than this many days.",
        |settings, kind, text| {
            settings.backup_days_max = number(kind, text)?;
            Some(())
        }
    ),
    Setting {
        name: "metrics.token",
        kind: Kind::Token,
        default: "",
        secret: true,
        ja: "/metrics を読むための合言葉（Bearer）。空ならこの機械からだけ読める。",
        en: "The bearer token for /metrics; empty: readable from this machine only.",
        set: |settings, _, text| {
            let text = text.trim();
            settings.metrics_token = (!text.is_empty()).then(|| text.to_owned());
            (text.is_empty() || (text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_graphic())))
                .then_some(())
        },
    },
];

/// The name of the retention override of a table: `retention.ground_event = 90`.
pub const RETENTION: &str = "retention.";

/// Rows are kept this many days; 0 keeps them for good.
pub const RETENTION_KIND: Kind = Kind::Count { min: 0, max: 36_500 };

pub fn retention_days(text: &str) -> Option<i64> {
    number(RETENTION_KIND, text)
}

/// The names that the environment may use besides the settings.
const ENV_BESIDES: [&str; 3] = ["MACHIYA_CONFIG", "MACHIYA_LANG", "MACHIYA_BINARY"];
/// What machiya's own tests and measurements pass on to each other.
const ENV_OF_TESTS: [&str; 2] = ["MACHIYA_TEST_", "MACHIYA_BENCH_"];

/// Whether a variable of the environment is none of the settings' business.
pub fn is_beside(name: &str) -> bool {
    ENV_BESIDES.contains(&name) || ENV_OF_TESTS.iter().any(|start| name.starts_with(start))
}

pub fn any_contains(networks: &[Network], address: std::net::IpAddr) -> bool {
    networks.iter().any(|network| network.contains(address))
}
