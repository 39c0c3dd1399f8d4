# The words of the outside: mail, connections to other servers.

action-gate-send_mail = Queue a letter
action-gate-mail_open = See whether mail goes out
event-gate-mail_failed = A letter could not be sent
field-gate-headers = These headers cannot be used
field-gate-one-line = Line breaks and other control characters cannot be used
fault-mail-expired = Its time was over, so it was not sent
fault-mail-expired-remedy = It cannot be sent again. Ask the person to start over.
fault-mail-unreadable = The letter could not be opened
fault-mail-unreadable-remedy = See whether the key that sealed it is still in the key file.
fault-mail-refused = The mail server refused the letter
fault-mail-refused-remedy = See whether the address is right, and whether the sender's address is allowed.

# ---- actions
action-gate-mails = See the queue of letters
action-gate-mail_state = See how mail goes
action-gate-retry_mail = Try a letter again
action-gate-give_up_mail = Give a letter up
action-gate-outbox = See the outbox of a demonstration city

# ---- why something did not go out
fault-mail-down = The mail server cannot be reached
fault-mail-down-remedy = Check the address and port in mail.server, and whether the server runs. Letters wait and go out once it answers.
fault-mail-slow = The mail server takes too long
fault-mail-slow-remedy = See what keeps it busy. The letters wait.
fault-mail-later = The mail server asked to try again later
fault-mail-later-remedy = It is tried again by itself. If it stays, ask whoever runs the server.
fault-mail-login = The mail server does not accept the name and password
fault-mail-login-remedy = Check mail.user and mail.password.
fault-mail-unsafe = The mail server offers no secure connection (STARTTLS)
fault-mail-unsafe-remedy = Use a server that offers it, or smtps://. Inside your own network mail.tls may be never.
fault-mail-no-sender = There is no sender's address
fault-mail-no-sender-remedy = Set it in the city facts, or in mail.from.
fault-mail-over = Nothing more can be done with this letter
fault-mail-over-remedy = It was sent, or its contents are gone. Open the list again.
fault-outside-address = This address cannot be asked
fault-outside-address-remedy = Use one that begins with http:// or https:// and holds no name or password.
fault-outside-private = Addresses inside private networks cannot be asked
fault-outside-private-remedy = Use an address out in the world. To use a server inside, set outbound_private to allow.
fault-outside-unreachable = The other server cannot be reached
fault-outside-unreachable-remedy = Check the address, and try again in a while.
fault-outside-slow = The other server takes too long
fault-outside-slow-remedy = Try again in a while.
fault-outside-nonsense = The other server's answer cannot be read
fault-outside-nonsense-remedy = Ask whoever runs the other server whether the address is right.
fault-outside-too-long = The other server's answer is too long (the limit is { $limit } bytes)
fault-outside-too-long-remedy = Check whether the address is right.
fault-outside-redirect = The other server leads on to where nobody can follow
fault-outside-redirect-remedy = Use the address where it ends.

# ---- the outbox
gate-outbox = Outbox (demonstration city)
gate-outbox-lead = The demonstration city sends no mail. What it would have sent is listed here, newest first; codes can be read here, too.
gate-outbox-reload = Look for new letters
gate-outbox-none = There are no letters yet
gate-outbox-none-text = Enter an e-mail address on the sign-in page, and its code arrives here.
gate-outbox-to = To: { $to }
gate-outbox-over = expired

# ---- the queue
gate-menu-mail = Mail
gate-mail = Mail
gate-mail-lead = The letters that the city sends. Whom they are for and what they say is not shown.
gate-mail-none = There are no letters
gate-mail-id = Id
gate-mail-kind = What for
gate-mail-state = State
gate-mail-host = To the server
gate-mail-tries = Tries
gate-mail-cause = Cause
gate-mail-made = Queued
gate-mail-done = Ended
gate-mail-next = again at { $when }
gate-mail-retry = Send now
gate-mail-give-up = Give up
done-mail-retried = It is tried again
done-mail-given-up = Given up
gate-state-waiting = Waiting
gate-state-kept = In the outbox
gate-state-sent = Sent
gate-state-refused = Refused
gate-state-expired = Expired
gate-state-failed = Failed
gate-state-dropped = Given up
gate-kind-sign_in_code = Sign-in code
gate-kind-notice = Notice
gate-kind-test = Test
gate-kind-consent_reminder = Reminder that a consent ends
gate-kind-watch_reminder = Knowledge check reminder
gate-age-minutes = for { $count } min
gate-age-hours = for { $count } h
gate-age-days = for { $count } days
gate-stuck-closed = No mail server is set, so letters cannot go out
gate-stuck-down = Mail is stuck: { $cause }
gate-stuck-late = Mail is late
gate-stuck-failed = Some letters could not be sent
gate-stuck-waiting = { $count } waiting (the oldest { $age }). They go out by themselves once the server answers.
gate-stuck-failed-count = { $count } could not be sent within the last day.
gate-stuck-look = See the queue
audit-class-mail = Letter
