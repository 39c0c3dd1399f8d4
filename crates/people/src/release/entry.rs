//! An entry of the record: what it says, and the digest over it.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ground::cx::Cx;
use ground::db::{Row, Tx};
use ground::fault::Fault;
use ground::id::Id;
use ground::{params, sql};
use ring::digest::{SHA256, digest};

/// Bytes of salt: nobody who knows the record's digests finds out what they are over by trying.
const SALT_BYTES: usize = 16;

/// One use of personal data.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub id: Id,
    pub at_ms: i64,
    /// 0 for a use of many people.
    pub person_no: i64,
    pub purpose: String,
    /// The version of the purpose; 0 when none was in force.
    pub version: i64,
    pub recipient: String,
    /// What was given: names between spaces.
    pub attributes: String,
    /// What was not, and why: `name:why` between spaces.
    pub withheld: String,
    /// On what ground it was given (`consent`, `law`, …); empty when nothing was.
    pub ground: String,
    pub actor: String,
    /// The program that acted beside an account.
    pub client: String,
    /// For whom the actor acted.
    pub acting: String,
    /// The department of the actor, as it was then.
    pub department: String,
    pub via: String,
    pub reason: String,
    /// How many people.
    pub count: i64,
    /// The digest over the members of a use of many people.
    pub members: String,
}

impl Entry {
    /// An entry of this actor, now, that says nothing yet.
    pub fn begin(cx: &Cx, purpose: &str, reason: &str) -> Entry {
        let who = cx.who();
        let written = |id: Option<&Id>| id.map(Id::to_string).unwrap_or_default();
        Entry {
            id: cx.id(),
            at_ms: cx.now_ms(),
            person_no: 0,
            purpose: purpose.to_owned(),
            version: 0,
            recipient: String::new(),
            attributes: String::new(),
            withheld: String::new(),
            ground: String::new(),
            actor: who.written(),
            client: written(who.client.as_ref()),
            acting: written(who.acting.as_ref().map(|acting| &acting.person)),
            department: written(who.department.as_ref()),
            via: cx.via().name().to_owned(),
            reason: reason.to_owned(),
            count: 1,
            members: String::new(),
        }
    }

    /// Everything it says, in one form that two different entries never share: each piece with its length.
    fn said(&self, salt: &str) -> String {
        let mut out = String::with_capacity(400);
        let numbers = [self.at_ms, self.person_no, self.version, self.count].map(|number| number.to_string());
        let texts = [
            salt,
            self.id.as_str(),
            &self.purpose,
            &self.recipient,
            &self.attributes,
            &self.withheld,
            &self.ground,
            &self.actor,
            &self.client,
            &self.acting,
            &self.department,
            &self.via,
            &self.reason,
            &self.members,
        ];
        for piece in texts.into_iter().chain(numbers.iter().map(String::as_str)) {
            // Writing into a String cannot fail.
            let _ = write!(out, "{}:{piece};", piece.len());
        }
        out
    }

    pub fn digest(&self, salt: &str) -> String {
        sha256(self.said(salt).as_bytes())
    }

    /// Reads the first seventeen columns, in the order in which they are declared.
    pub fn read(row: &Row<'_>) -> Result<Entry, Fault> {
        Ok(Entry {
            id: row.get(0)?,
            at_ms: row.get(1)?,
            person_no: row.get(2)?,
            purpose: row.get(3)?,
            version: row.get(4)?,
            recipient: row.get(5)?,
            attributes: row.get(6)?,
            withheld: row.get(7)?,
            ground: row.get(8)?,
            actor: row.get(9)?,
            client: row.get(10)?,
            acting: row.get(11)?,
            department: row.get(12)?,
            via: row.get(13)?,
            reason: row.get(14)?,
            count: row.get(15)?,
            members: row.get(16)?,
        })
    }

    /// Writes it, unsealed.
    pub fn write(&self, tx: &mut Tx<'_>, cx: &Cx) -> Result<(), Fault> {
        self.write_salted(tx, &new_salt(cx))
    }

    pub fn write_salted(&self, tx: &mut Tx<'_>, salt: &str) -> Result<(), Fault> {
        let digest = self.digest(salt);
        tx.put(
            sql!(
                "insert into people_access (city, id, at_ms, person_no, purpose, version, recipient, attributes, withheld,
                                            ground, actor, client, acting, department, via, reason, count, members,
                                            digest, salt, place, chain)
                 values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, 0, '')"
            ),
            params![
                &self.id,
                self.at_ms,
                self.person_no,
                &self.purpose,
                self.version,
                &self.recipient,
                &self.attributes,
                &self.withheld,
                &self.ground,
                &self.actor,
                &self.client,
                &self.acting,
                &self.department,
                &self.via,
                &self.reason,
                self.count,
                &self.members,
                digest,
                salt
            ],
        )
    }
}

/// A salt of its own for each entry.
pub fn new_salt(cx: &Cx) -> String {
    let drawn = cx.secret();
    BASE64.encode(drawn.get(..SALT_BYTES).unwrap_or(&drawn))
}

pub fn sha256(bytes: &[u8]) -> String {
    BASE64.encode(digest(&SHA256, bytes))
}
