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
