# Words of the floor.

save = Save
cancel = Cancel
back = Back

fault-malformed = What was sent could not be read
fault-malformed-remedy = Check its form and send it again.
fault-not-json = This is not JSON (line { $line }, character { $column })
fault-not-json-remedy = Mend the text around that place and send it again.
fault-not-utf8 = The text is not UTF-8 (byte { $at })
fault-not-utf8-remedy = Send it again as UTF-8.
fault-too-deep = Nested too deeply (at most { $limit } levels)
fault-too-deep-remedy = Send it with fewer levels.
fault-invalid = Some of the input is wrong
fault-invalid-remedy = Mend the fields named below and send it again.
fault-nul-character = The text contains a character that cannot be kept (U+0000)
fault-nul-character-remedy = Remove that character and send it again.
fault-signed-out = Please sign in
fault-signed-out-remedy = Sign in and try again.
fault-refused = You may not do this
fault-refused-remedy = If you need to, ask the city's administrator about your rights.
fault-missing = Nothing was found here
fault-missing-remedy = It may have moved or gone. Try the search or start from the home page.
fault-method = This address does not take that method
fault-method-remedy = Use the links and buttons of the page.
fault-exists = There is one like it already
fault-exists-remedy = Look at the existing one, then choose another name or number.
fault-outdated = Somebody else saved first
fault-outdated-remedy = Compare with what stands now, choose what to keep, and save again.
fault-too-large = Too large (at most { $limit })
fault-too-large-remedy = Make it smaller or send it in parts.
fault-too-many-fields = Too many fields (at most { $limit })
fault-too-many-fields-remedy = Send fewer fields.
fault-media = This kind of data is not taken here
fault-media-remedy = Check the Content-Type.
fault-too-many = Too many requests in a short time
fault-too-many-remedy = Wait a little and try again.
fault-internal = Something went wrong inside
fault-internal-remedy = Try again later. If it goes on, tell the city and give the number below.
fault-unavailable = This cannot be done right now
fault-unavailable-remedy = Wait a little and try again. What you sent has not been saved.
fault-busy = Too much is going on right now
fault-busy-remedy = Wait a little and try again.
fault-read-only = During maintenance this can only be read
fault-read-only-remedy = Try again in a while.
fault-disk-full = The disk is full, so nothing can be written
fault-disk-full-remedy = Reading goes on. Writing starts again by itself once the operator has made room.
fault-database-away = The database cannot be reached
fault-database-away-remedy = Wait a little and try again. It recovers by itself once the database is back.
fault-database-address = The database address cannot be read
fault-database-address-remedy = Write MACHIYA_DATABASE as postgres://user:password@host/database.
fault-too-slow = It took too long and was stopped
fault-too-slow-remedy = Ask for less, or wait a little and try again.
fault-idempotency-key = The Idempotency-Key is not valid
fault-idempotency-key-remedy = Use up to { $limit } letters, digits and signs without spaces.
fault-idempotency-reused = The same Idempotency-Key was sent with something else
fault-idempotency-reused-remedy = Use a new key for new content.
fault-answered-once = This was done before, and its answer was given once
fault-answered-once-remedy = If the answer was lost, send a new request.
fault-lease-lost = Another worker took this job over
fault-lease-lost-remedy = There is nothing to do.
fault-data-newer = The data belongs to a newer machiya than this one ({ $migration })
fault-data-newer-remedy = Use the newer machiya, or restore a backup made with this one. Nothing was changed.
fault-migration-changed = A migration that has run was changed afterwards ({ $migration })
fault-migration-changed-remedy = Install the right machiya. A migration that has run never changes; a new one is added. Nothing was changed.
fault-key-file = The key file cannot be read (line { $line })
fault-key-file-remedy = Restore the key file. Each line is a name and a key.

field-required = Please fill this in
field-unknown = There is no such field
field-choice = Choose one of: { $choices }
field-type = The wrong kind of value (needed: { $wanted })
field-unreadable = This cannot be read
field-too-short = Use at least { $min } characters
field-too-long = Use at most { $max } characters
field-too-small = Must be { $min } or more
field-too-big = Must be { $max } or less
field-pattern = The form is not right
field-url = This is not a web address
field-phone = This is not a telephone number
field-email = This is not an e-mail address
field-ascii = Use plain letters and digits
field-not-the-same = Must be the same
field-zone = Unknown time zone (example: Asia/Tokyo)
field-address = Begin with https:// and do not end with a slash
field-host = Use a host name of small letters, digits, dots and hyphens

home-title = City portal
home-welcome = Welcome to { $city }
home-lead = Find services, contacts and news from the city here.
demo-banner = This is a demonstration city
demo-banner-text = The city and its people are made up. What you enter stays on this machine.
read-only-banner = During maintenance this can only be read

menu-work = Work
menu-city = City settings
menu-watch = Watch
menu-desk = Staff desk
menu-city-facts = City facts
menu-jobs = Waiting and failed work
menu-audit = Record of acts
menu-rights = Rights matrix

setup-title = Setting up
setup-what = What to set up
setup-state = State
setup-done = Done
setup-open = Open
setup-missing = { $count ->
    [one] One thing is still to be set up.
   *[other] { $count } things are still to be set up.
 }
setup-complete = Everything is set up.
setup-name = Name of the city
setup-zone = Time zone
setup-public-url = Public address
setup-mail = Sender's e-mail address
setup-languages = Languages

city-name = Name of the city
city-zone = Time zone
city-zone-hint = For example Asia/Tokyo. Used for dates and times.
city-public-url = Public address
city-public-url-hint = The address residents open, for example https://portal.example.jp (no slash at the end)
city-hosts = Host names
city-hosts-hint = Host names that lead to this city, one per line.
city-mail-from = Sender's e-mail address
city-mail-hint = Where mails of the city come from. Leave empty if there is none yet.

city-languages = Languages
city-somebody = a colleague
language-ja = Japanese
language-ja-x-easy = Plain Japanese
language-en = English

jobs-lead = Work that is done after an act. What keeps failing stays here until somebody tries it again or gives it up.
jobs-none = There is nothing here.
job-kind = Work
job-state = State
job-tries = Tries
job-created = Since
job-fault = Last failure
job-do = Do
job-all = All
job-dead = Failed
job-waiting = Waiting
job-running = Running
job-retry = Try again
job-dismiss = Give up

audit-lead = Who did what, and who was refused, newest first.
audit-none = There are no such records.
audit-at = When
audit-actor = Who
audit-action = Act
audit-object = On what
audit-outcome = Outcome
audit-via = Way in
audit-anyone = Somebody not signed in
audit-via-page = Page
audit-via-api = API
audit-via-door = Another system
audit-via-command = Command line
audit-via-job = Automatic
audit-done = Done
audit-refused = Refused

rights-lead = Every act and the roles that may do it. Pages, API and commands are judged by the same rights.
rights-action = Act
rights-who = Who may

role-anyone = Anyone
role-resident = Resident
role-staff = Staff
role-editor = Editor
role-approver = Approver
role-clerk = Counter clerk
role-auditor = Auditor
role-admin = Administrator
role-operator = Operator (command line)
role-system = System

reach-city = whole city
reach-own-department = own department
reach-own-district = own district
reach-own-household = own household
reach-own = own things

done-saved = Saved
done-job-retried = It will be tried again
done-job-dismissed = Given up

action-ground-city = See the city's facts
action-ground-save_city = Change the city's facts
action-ground-jobs = See waiting and failed work
action-ground-retry_job = Try failed work again
action-ground-dismiss_job = Give failed work up
action-ground-audit = See the record of acts
action-ground-rights = See the rights matrix
action-ground-desk = Open the staff desk

event-ground-city_saved = The city's facts changed
event-ground-job_retried = Failed work was tried again
event-ground-job_dismissed = Failed work was given up
