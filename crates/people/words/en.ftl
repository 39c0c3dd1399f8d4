# Words about people: accounts, signing in, staff and departments, districts.

# ---- signing in and out
people-sign-in = Sign in
people-sign-in-lead = How to sign in to the portal of { $city }.
people-sign-in-help = If you cannot sign in
people-sign-in-help-text = If no code arrives, check the address and your spam folder. If you lost the device with your passkey, sign in with a code by e-mail and remove the device under “Sign-in and safety”. If no way works any more, do this:
people-sign-in-link = Sign in with a link from the city
people-sign-in-link-text = If you work for the city, open the link that an administrator gave you and press “Sign in”. A link works once.
people-sign-in-link-lost = If you lost the link, or if it no longer works, ask an administrator of the city for a new one.
people-sign-out = Sign out
people-first-admin = Administrator
people-link-first-admin = Sign in as administrator
people-link-invite = Sign in as staff
people-link-for = This link is for { $name }.
people-link-until = It works once, until { $when }.
people-link-not-you = If this is not you, do not press the button: close this page and tell whoever gave you the link.
people-link-use = Sign in
fault-people-link = This link does not work
fault-people-link-remedy = It is incomplete, has been used already, or has run out. Ask for a new one.
fault-people-locked = This account is locked
fault-people-locked-remedy = Unlock the account first.
fault-people-last-admin = The last administrator cannot be locked
fault-people-last-admin-remedy = Make somebody else an administrator first.
done-people-signed-out = You are signed out

people-demo = Try the demonstration city
people-demo-lead = This is a made-up city. Sign in as anybody and look around.
people-demo-resident = Sign in as a resident
people-demo-resident-title = Resident
people-demo-resident-text = Sees their own page and the city’s notices.
people-demo-editor = Sign in as an editor
people-demo-editor-title = Department staff (editor)
people-demo-editor-text = Writes notices in the Public Relations Section.
people-demo-approver = Sign in as an approver
people-demo-approver-title = Department staff (approver)
people-demo-approver-text = Checks and approves what others in the Public Relations Section wrote.
people-demo-clerk = Sign in as a counter clerk
people-demo-clerk-title = Counter clerk
people-demo-clerk-text = Helps people at the counter of the Residents Section.
people-demo-auditor = Sign in as an auditor
people-demo-auditor-title = Auditor
people-demo-auditor-text = Reads the record of what was done. Changes nothing.
people-demo-admin = Sign in as an administrator
people-demo-admin-title = Administrator
people-demo-admin-text = Sets up departments, staff, districts and the city’s facts.

# ---- my page
people-my = My page
people-profile = What we know about you
people-profile-edit = Change your details
people-display-name = Name shown
people-display-name-hint = The name at the top of pages and on your own page.
people-language = Language
people-language-hint = “As in the browser” follows the settings of your device.
people-language-browser = As in the browser
people-language-ja = 日本語
people-language-easy = やさしい日本語
people-language-en = English
people-mail = E-mail address
people-district = District
people-block = Block
people-change = Change
people-not-given = Not given
people-sessions = Where you are signed in
people-sessions-lead = Devices that are signed in to this account. End those that you do not recognise.
people-session-browser = Browser and device
people-session-since = Signed in
people-session-seen = Last used
people-session-ends = Ends by itself
people-session-do = Action
people-session-unknown = Unknown
people-session-this = This device
people-session-end = End
people-session-end-others = End all other devices
done-people-session-ended = Signed out there

# ---- departments and staff
people-crumb-staff = Staff desk
people-name = Name
people-name-ja = Name (Japanese)
people-name-easy = Name (plain Japanese)
people-name-easy-hint = Without difficult characters or words. Left empty, the Japanese name is shown.
people-name-en = Name (English)
people-state = State
people-place = Order
people-place-hint = Small numbers come first. 0 to 9999.
people-saved = Saved by { $who }, { $when }
people-saved-by-command = the operator

# ---- departments
people-menu-departments = Departments
people-departments-lead = How the city is organised. Each department stands under the one above it.
people-departments-none = There are no departments yet
people-departments-none-text = Add them one by one, or read in a list from a spreadsheet.
people-departments-closed = Show closed departments too
people-departments-open = Show open departments only
people-department-new = Add a department
people-department-edit = Change a department
people-department-code = Department code
people-department-code-hint = Up to 20 letters, digits, hyphens and dots. Lists that are read in tell departments apart by it.
people-department-parent = Department above
people-department-top = None (top level)
people-department-is-open = Open
people-department-closed-on = Closed on { $day }
people-department-people = { $count ->
    [one] One person works here.
   *[other] { $count } people work here.
 }
people-department-see-people = See who works here
people-department-close = Close the department
people-department-close-on = Closes on
people-department-close-text = Its records stay. It cannot be closed while people or departments belong to it.
people-department-open = Open it again
fault-people-department-in-use = People or departments still belong to it
fault-people-department-in-use-remedy = Move them to another department first.

# ---- what is wrong with a field
field-people-code = Use up to 20 letters, digits, hyphens, dots and underscores
field-people-code-taken = Another department has this code
field-people-slug = Use up to 40 small letters, digits and hyphens
field-people-slug-taken = Another district has this short name
field-people-mail-taken = Somebody else has this e-mail address
field-people-locked = This account is locked. Unlock it first
field-people-postal = A postal code has seven digits, as in 123-4567
field-people-date = Write the date as in 2026-04-01
field-people-department-unknown = There is no department with this code
field-people-department-closed = This department is closed
field-people-parent = It cannot stand there: that is itself, something below it, or a fifth level
field-people-role = Staff cannot have this role
field-people-last-admin = This is the last administrator. Make somebody else one first

# ---- setting up
people-setup-admin = Administrator
people-setup-departments = Departments
people-setup-staff = Staff
people-setup-districts = Districts and blocks

# ---- names of actions
action-people-me = See my own account
action-people-profile = See what the city knows about me
action-people-save_me = Change my details
action-people-sessions = See where I am signed in
action-people-end_session = End one of my sessions
action-people-end_other_sessions = End all my other sessions
action-people-sign_out = Sign out
action-people-demo_sign_in = Sign in to the demonstration city
action-people-link = See whom a sign-in link is for
action-people-use_link = Sign in with a link
action-people-invite_admin = Make a link for an administrator
action-people-invite_staff = Make a link for a member of staff
action-people-departments = See all departments
action-people-department = See a department
action-people-save_department = Add or change a department
action-people-close_department = Close a department
action-people-staff = See all staff
action-people-staff_member = See a member of staff
action-people-save_staff = Add or change a member of staff
action-people-lock_staff = Lock the account of a member of staff
action-people-unlock_staff = Unlock the account of a member of staff
action-people-districts = See all districts
action-people-district = See a district
action-people-save_district = Add or change a district
action-people-blocks = See the blocks of a district
action-people-save_block = Put a block into a district
action-people-remove_block = Remove a block from the table
action-people-district_of = Find the district of a block

event-people-account_saved = An account’s details changed
event-people-account_locked = An account was locked
event-people-account_unlocked = An account was unlocked
event-people-signed_in = Somebody signed in
event-people-signed_out = A session ended
event-people-link_made = A sign-in link was made
event-people-staff_saved = A member of staff was added or changed
event-people-department_saved = A department was added or changed
event-people-district_saved = A district was added or changed
event-people-block_saved = A block was put into a district
event-people-block_removed = A block was removed from the table
event-people-imported = A list was taken over

# ---- staff
people-menu-staff = Staff
people-staff-lead = Everybody who works for the city, in the order of their readings.
people-staff-name = Name
people-staff-kana = Reading (katakana)
people-staff-kana-hint = Lists are sorted by it. It is kept in katakana.
people-staff-mail-hint = One address for each person. Lists that are read in tell people apart by it.
people-staff-department = Department
people-staff-no-department = None
people-staff-title = Title
people-staff-roles = Roles
people-staff-roles-hint = Choose only what the work needs. Without any, staff pages can still be read.
people-role-editor-hint = Writes notices and pages of their department.
people-role-approver-hint = Checks and publishes what others wrote.
people-role-clerk-hint = Helps people at the counter.
people-role-auditor-hint = Reads the record of what was done. Changes nothing.
people-role-admin-hint = Sets up departments, staff, districts and the city’s facts.
people-staff-active = Active
people-staff-locked = Locked
people-staff-none = There are no such people
people-staff-none-text = Add them one by one, or read in a list from a spreadsheet.
people-staff-new = Add somebody
people-staff-edit = Change a member of staff
people-staff-filter = Narrow the list
people-staff-all = All departments
people-staff-show = Show
people-staff-account = Account
people-staff-account-active = A sign-in link is made to be handed over. Locking ends all sessions at once.
people-staff-account-locked = While it is locked, nobody can sign in with it.
people-staff-invite = Make a sign-in link
people-staff-lock = Lock the account
people-staff-unlock = Unlock the account
people-staff-invited = The sign-in link is ready
people-staff-invited-lead = Hand this link to { $name } in a safe way.
people-staff-invited-link = Link
people-staff-invited-once = It cannot be shown again after you leave this page. Links made earlier no longer work.
done-people-locked = The account is locked, and signed out everywhere
done-people-unlocked = The account is unlocked

# ---- districts and blocks
people-menu-districts = Districts
people-districts-lead = The districts of the city and the blocks that belong to them. Residents’ pages and notices use them.
people-districts-none = There are no districts yet
people-districts-none-text = Add them one by one, or read in the table of blocks and districts.
people-district-new = Add a district
people-district-edit = Change the district
people-district-slug = Short name
people-district-slug-hint = Used in addresses. Up to 40 small letters, digits and hyphens, as in minato.
people-district-find = Find the district of a block
people-district-found = District of “{ $block }”:
people-district-not-found = “{ $block }” belongs to no district.
people-district-blocks = { $count ->
    [one] One block belongs to it.
   *[other] { $count } blocks belong to it.
 }
people-blocks = Blocks
people-blocks-none = There are no blocks yet
people-block-add = Add a block
people-block-hint = As it is written in addresses, such as 本町一丁目. A block of another district moves here.
people-block-remove = Remove
people-postal = Postal code

# ---- reading lists in
people-menu-import = Read in lists
people-import-lead = Reads lists from a spreadsheet (CSV). Before anything is written you see what would change.
people-import-step-choose = Choose a file
people-import-step-look = Look at it
people-import-step-take = Take it over
people-import-kind = Kind of list
people-import-departments = Departments
people-import-staff = Staff
people-import-blocks = Blocks and districts
people-import-columns = Columns: { $columns }
people-import-file = File
people-import-file-hint = CSV, up to 4 MB and 20,000 rows, in UTF-8, Shift_JIS or UTF-16.
people-import-look = Read it and show what would change
people-import-templates = Templates
people-import-template = Template for { $kind } (CSV)
people-import-earlier = Lists that were read in
people-import-none = No list has been read in yet
people-import-when = Read in
people-import-source = File
people-import-rows = Rows
people-import-staged = Waiting
people-import-running = Being taken over
people-import-done = Taken over
people-import-nothing-yet = Nothing has been written yet. Look at it first, then take it over.
people-import-added = Added
people-import-changed = Changed
people-import-same = Unchanged
people-import-wrong = Wrong
people-import-count = { $count ->
    [one] One row
   *[other] { $count } rows
 }
people-import-unknown = Some columns are left out
people-import-unknown-text = These columns are not read: { $columns }
people-import-some-wrong = { $count ->
    [one] One row is wrong
   *[other] { $count } rows are wrong
 }
people-import-some-wrong-text = Wrong rows are left out. Mend the file and read it again, or take over the other rows as they are.
people-import-until = It can be taken over until { $when }.
people-import-nothing-to-do = No row would change anything.
people-import-take = Take over { $count } rows
people-import-discard = Throw it away
people-import-all = All
people-import-tabs = Which rows
people-import-preview = Rows that were read
people-import-no-rows = There are no such rows
people-import-line = Line
people-import-verdict = Outcome
people-import-done-at = Taken over { $when }
people-import-another = Read in another list
people-import-wrong-left = Wrong rows were left out. Mend the file and read it again: only what changes is taken over.
done-people-import-discarded = The list was thrown away
fault-people-import-ended = This list waited too long
fault-people-import-ended-remedy = Read the file in again.
fault-people-import-running = This list is being taken over
fault-people-import-running-remedy = Wait until that is done.
field-people-place = Write a number from 0 to 9999
field-people-role-name = Unknown role (known are: editor, approver, clerk, auditor, admin, none)
field-people-twice = The same as line { $first }
field-people-circle = The departments above go round in a circle
field-people-too-many = Too many (at most { $max })
field-people-district-unknown = There is no such district. For a new one, fill in its code as well
action-people-imports = See lists that were read in
action-people-import = Look at a list before taking it over
action-people-stage_import = Read in a list
action-people-take_over_import = Take over a list
action-people-discard_import = Throw away a list
audit-class-account = Account
audit-class-person = Person
audit-class-staff = Member of staff
audit-class-session = Session
audit-class-way = Way in
audit-class-sign_in = Sign-in
audit-class-department = Department
audit-class-district = District
audit-class-block = Block
audit-class-import = Import
audit-class-team = Team
audit-class-deputy = Deputy
audit-class-admin_request = Request for administrator rights
audit-class-policy = Policy
audit-class-client = Connected service
audit-class-provider = Provider
audit-class-purpose = Purpose
audit-class-recipient = Recipient
audit-class-mandate = Mandate
audit-class-invitation = Invitation
audit-class-takeout = Take-out
audit-class-stopped_use = Stopped use
audit-class-question = Question
audit-class-incident = Incident
