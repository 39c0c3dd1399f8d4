# Words of purposes, recipients and consent.

people-attribute-name = Name
people-attribute-kana = Reading of the name
people-attribute-birth = Date of birth
people-attribute-age-band = Age in decades
people-attribute-postal = Postal code
people-attribute-address = Address
people-attribute-block = Neighbourhood block
people-attribute-district = District
people-attribute-place = Location of the home
people-attribute-household = Household
people-attribute-mail = E-mail address
people-attribute-phone = Telephone number
people-attribute-languages = Languages
people-attribute-interests = Interests
people-attribute-wishes = Accessibility wishes
people-attribute-level = Identity assurance level

fault-people-purpose-retired = This purpose has ended
fault-people-purpose-retired-remedy = It can no longer be agreed to. Open the list again to see what there is now.
fault-people-purpose-changed = The purpose changed while you were reading
fault-people-purpose-changed-remedy = Open the page again and read the new text before you decide. Nothing was recorded.
fault-people-consent-not-asked = This purpose needs no consent
fault-people-consent-not-asked-remedy = It rests on another legal ground, which the list names.
fault-people-consent-minor = A parent or guardian consents for a child
fault-people-consent-minor-remedy = A parent or guardian can do this for the child from their own account. The child may take a consent back at any time.
event-people-consent_requested = Consent requested
event-people-consent_given = Consent given
event-people-consent_refused = Consent refused
event-people-consent_withdrawn = Consent withdrawn
event-people-consent_expired = Consent expired

# ----
people-menu-purposes = Purposes of data use
people-menu-recipients = Recipients of data
people-purpose = Purpose
people-code = Code
people-code-hint = Up to 40 lower-case letters, digits and hyphens. It cannot be changed later.
people-choose = Choose one
people-list-comma = { ", " }
people-unit-days = days
people-days = { $count } days
people-months = { $count ->
    [one] one month
   *[other] { $count } months
 }
people-years = { $count ->
    [one] one year
   *[other] { $count } years
 }
people-version = Version { $version }

people-fact-recipient = Who receives it
people-fact-attributes = What is given
people-fact-kept = How long it is kept
people-fact-kept-days = How many days it is kept
people-fact-until = How long a yes holds
people-fact-basis = Legal ground
people-fact-contact = Contact
people-fact-sharing = How it is shared
people-fact-class = Legal class of the data
people-fact-version = Version
people-kept-not = Deleted as soon as it has been used
people-kept-for = Deleted after { $time }
people-consent-open-end = Until you take it back
people-consent-holds = { $time } from your consent; you may take it back at any time
people-basis-with = { $basis } ({ $law })
people-basis-consent = Consent
people-basis-law = A law or by-law
people-basis-contract = A contract with the person
people-basis-vital = Vital interest
people-data-class-personal = Personal information (個人情報)
people-data-class-pseudonymous = Pseudonymously processed information (仮名加工情報)
people-data-class-anonymous = Anonymously processed information (匿名加工情報)
people-data-class-related = Information related to a person (個人関連情報)
people-class-hint-personal = It says whose data it is.
people-class-hint-pseudonymous = Names and addresses are taken out; only together with other data can the person be found.
people-class-hint-anonymous = Nobody can be found in it, and it cannot be undone.
people-class-hint-related = About a person, without saying who by itself.
people-sharing-third-party = Given to a third party (第三者提供)
people-sharing-entrusted = Given to a contractor of the city (委託)
people-sharing-joint = Used jointly (共同利用)
people-sharing-inside = Used within the city
people-recipient-kind = Kind
people-recipient-kind-city = A department of the city
people-recipient-kind-public = Another public body
people-recipient-kind-company = A company
people-recipient-kind-research = A university or research institute
people-recipient-kind-association = An association

people-consents = Consent to data use
people-consents-lead = Decide here, one by one, what your data may be used for. Off is off at once.
people-consents-waiting = Waiting for your answer ({ $count })
people-consents-waiting-text = Nothing is given until you answer. Not answering does not harm you anywhere else.
people-consents-on = On ({ $count })
people-consents-on-text = Press the switch to turn it off at once.
people-consents-off = Off ({ $count })
people-consents-off-text = Nothing is given. You may turn it on at any time.
people-consents-duty = Not by consent ({ $count })
people-consents-duty-text = These rest on a law or another ground and cannot be switched here. You can see every use in your record.
people-consents-none = There are no purposes yet
people-consents-none-text = When the city wishes to use your data, it asks you here.
people-consents-child = Below the age of { $years }, a parent or guardian consents
people-consents-child-text = The child may turn anything off at any time.
people-consents-panel-waiting = { $count ->
    [one] One request waits for your answer
   *[other] { $count } requests wait for your answer
 }
people-consents-panel-ending = Your consent to “{ $name }” ends on { $day }
people-consents-panel-on = { $count ->
    [one] One is on. You may turn it off at any time.
   *[other] { $count } are on. You may turn them off at any time.
 }
people-consents-panel-go = Open the list of consents
people-consent-more = More about “{ $name }”
people-consent-is-duty = No consent needed
people-consent-is-on = On since { $at }
people-consent-is-on-until = On until { $day }
people-consent-is-off = Off since { $at }
people-consent-asked = You are asked
people-consent-asked-again = Changed: please answer again
people-consent-new = Not answered yet
people-consent-ran-out = Its time has ended; it is off
people-switch-on = On
people-switch-off = Off
people-consent-yes = I consent
people-consent-no = I do not consent
people-purpose-ended = This purpose has ended. Your data is no longer used for it.
people-consent-history = History
people-consent-history-none = Nothing has been recorded yet.
people-consent-when = When
people-consent-what = What
people-consent-who = By whom
people-consent-by-self = The person
people-consent-by-city = The city (by itself)
people-consent-by-other = { $name }, on behalf
people-consent-by-gone = Somebody on behalf (no longer registered)
people-consent-state-requested = Requested
people-consent-state-given = Given
people-consent-state-refused = Refused
people-consent-state-withdrawn = Withdrawn
people-consent-state-expired = Expired
people-receipts = Receipts
people-receipts-text = Take along what you agreed to and what happened since, as a file in the international form (ISO/IEC TS 27560, JSON-LD).
people-receipts-all = Download all receipts
people-receipt-one = Download this receipt
people-receipt-collected = A form of the city's portal
people-consent-mail-subject = [{ $city }] Your consent to “{ $purpose }” ends soon
people-consent-mail =
    Your consent to “{ $purpose }” ends on { $day }.

    If you wish to go on, please consent again on this page. If you do nothing, it is turned off on that day.
    { $page }

    { $city }
people-consent-mail-child-subject = [{ $city }] The consent of { $person } to “{ $purpose }” ends soon
people-consent-mail-child =
    The consent of { $person } to “{ $purpose }” ends on { $day }.

    If you wish to go on, please switch to { $person } on this page and consent again. If you do nothing, it is turned off on that day.
    { $page }

    { $city }
done-people-consent-given = It is on now
done-people-consent-off = It is off now, from this moment

people-purposes-lead = What residents' data is used for, by whom, for how long. Somebody other than the writer approves it before residents see it.
people-purposes-none = There are no purposes yet
people-purposes-none-text = First register a recipient, then write a purpose.
people-purpose-new = Write a new purpose
people-purpose-edit = Edit
people-purpose-next = Write the next version
people-purpose-see = See what stands now
people-purpose-save = Save draft
people-purpose-form-lead = Residents read these very words. They see nothing before it is approved.
people-purpose-name = Name, as residents see it
people-purpose-what-for = What it is for
people-purpose-what-for-hint = In one sentence.
people-purpose-explained = Explanation
people-purpose-explained-hint = Also say what happens when somebody says no, or takes it back. An empty line starts a new paragraph.
people-purpose-texts-hint = All three languages are needed before it can be proposed.
people-purpose-data = What, and to whom
people-purpose-attributes-hint = Only what the purpose needs.
people-purpose-kept-hint = Days until the recipient deletes it; 0 if as soon as it has been used.
people-purpose-ground = Ground and class
people-purpose-law = Provision of the law
people-purpose-law-hint = Needed when the ground is a law.
people-purpose-holds = Days for which a consent holds
people-purpose-holds-hint = 0 if it holds until it is taken back. People are reminded a month before the end.
people-purpose-asks = Those who consented to the version before
people-purpose-asks-yes = are asked again
people-purpose-asks-yes-hint = Until they answer, their data is not used.
people-purpose-asks-no = are not asked again
people-purpose-asks-no-hint = Only when less is taken than before: fewer data, a shorter time, a clearer explanation.
people-purpose-open = In force (version { $version })
people-purpose-retired = Retired
people-purpose-draft = Draft
people-purpose-proposed = Waiting for approval
people-purpose-is-approved = Approved
people-purpose-note = Sent back with a note
people-purpose-preview = As residents will see it (version { $version })
people-purpose-preview-text = Check it in all three languages.
people-purpose-propose = Propose for approval
people-purpose-approve = Approve and put in force
people-purpose-others-approve = You wrote in this version: somebody else approves it
people-purpose-return = Send back
people-purpose-return-note = What should be changed
people-purpose-retire = Retire this purpose
people-purpose-retire-text = From that moment nobody's data is used for it. The records of consent remain.
people-purpose-counted = Answers of residents
people-purpose-counted-none = Nobody has answered yet.
people-purpose-people = People
people-purpose-versions = Versions
people-purpose-written = Written by
people-purpose-approved = Approved by
people-purpose-outdated = { $who } saved this at { $when } while you were writing. Below is what you wrote; saving it replaces what stands.
done-people-purpose-proposed = It waits for approval now
done-people-purpose-approved = It is approved and in force
done-people-purpose-returned = It was sent back
done-people-purpose-retired = The purpose is retired
people-age = Consent of children
people-age-text = Below a certain age a parent or guardian consents; where nothing is set, below { $years }.
people-age-row = From { $day }: below { $years }
people-age-from = From
people-age-years = Below this age
people-age-set = Set the age

people-recipients-lead = Departments, companies and others who receive residents' data. While one is in use, nobody else can be put in its place.
people-recipients-none = There are no recipients yet
people-recipient-new = Add a recipient
people-recipient-edit = Edit recipient
people-recipient-address = Address
people-recipient-contact-hint = A telephone number or page for residents' questions.
people-recipient-open = Open
people-recipient-closed = Closed on { $day }
people-recipient-close = Close this recipient

field-people-purpose-taken = There is a purpose with this code
field-people-recipient-taken = There is a recipient with this code
field-people-recipient-unknown = Choose a recipient that is open
field-people-recipient-fixed = Code and kind are fixed while a purpose in force uses it
field-people-class-identifies = Pseudonymous or anonymous data holds no name, address, location, telephone number or e-mail address
field-people-basis-law = Name the provision of the law
field-people-asks-again = It takes more than the version before, or is for something else: people must be asked again
field-people-age-past = It cannot begin before today
fault-people-purpose-state = This version is not at that step
fault-people-purpose-state-remedy = Open the page again to see where it stands.
fault-people-own-purpose = You cannot approve what you wrote
fault-people-own-purpose-remedy = Ask somebody else to approve it.
fault-people-recipient-in-use = A purpose in force uses this recipient
fault-people-recipient-in-use-remedy = First retire that purpose, or approve a version with another recipient.
action-people-consents = See one's own consents
action-people-decide_consent = Give or take back a consent
action-people-request_consent = Ask a resident for a consent
action-people-consent_history = See the history of one's own consents
action-people-consent_receipts = Download receipts of one's own consents
action-people-purposes = See the purposes
action-people-purpose = See a purpose
action-people-purpose_notice = Read an approved purpose
action-people-save_purpose = Write a purpose
action-people-propose_purpose = Propose a purpose
action-people-return_purpose = Send a purpose back
action-people-approve_purpose = Approve a purpose
action-people-retire_purpose = Retire a purpose
action-people-recipients = See the recipients
action-people-save_recipient = Add or change a recipient
action-people-consent_ages = See the age of consent
action-people-save_consent_age = Set the age of consent
event-people-recipient_saved = Recipient saved
event-people-purpose_saved = Purpose saved
event-people-purpose_proposed = Purpose proposed
event-people-purpose_returned = Purpose sent back
event-people-purpose_approved = Purpose approved
event-people-purpose_retired = Purpose retired
event-people-consent_age_saved = Age of consent set
people-consents-others = Consents of others
people-consents-others-text = You can turn on and off for these people, too. Who did it stays on record.
people-consents-for = Open the consents of { $name }
people-consent-uses = See the uses for this purpose
people-changes = What has changed since version { $version }, which you answered
people-change-more = Newly given: { $what }
people-change-less = No longer given: { $what }
people-change-fact = { $fact }: from “{ $before }” to “{ $after }”
people-change-for = What for
people-change-words = The wording of the explanation
people-open-purposes = What data is used for
people-open-purposes-lead = What the city and its partners use personal data for, who receives it and for how long. Anybody may read this.
people-open-consent = Only of those who consent
people-open-duty = Not based on consent
people-open-decide = Decide for yourself
people-open-decide-text = You need not live here: visitors decide, too. An e-mail address is enough to begin; you can turn everything off and leave at any time.
people-open-decide-go = Turn on and off
people-open-none = There is no purpose in force
people-open-none-text = Purposes appear here when the city decides on them.
people-notice-old = This is an older version. See the one in force
action-people-open_purposes = Read what data is used for
