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
