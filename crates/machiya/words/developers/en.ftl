# Words of the pages for developers, and of the way in.

developers-title = For developers
developers-lead = Everything this portal can do is also open to programs, with the same rights. Each action shows what to send and what comes back.
developers-api-lead = The API of the city. The same actions as the pages and the command line, with the same rights.
developers-openapi = The OpenAPI 3.1 description (JSON)
developers-identity = Signing in with the city account (OpenID Connect discovery)
developers-kit = The parts that pages are made of
developers-action = Action
developers-effect = What it does
developers-address = Address
developers-reads = Reads
developers-writes = Writes
developers-emits = Events
developers-rate = Limit
developers-rate-text = { $rate } a minute, { $burst } in a row
developers-try = Try it
developers-send = Send
developers-curl = From a terminal:
developers-schemas = What goes in and comes out
developers-input = Input (JSON Schema)
developers-output = Output (JSON Schema)
developers-answer = The outcome
developers-problem = What happened and what to do (RFC 9457)
developers-idempotency = Sending again with the same key does it only once.
developers-if-match = The revision you have seen. If somebody else changed it first, the answer is 412.

developers-room-ground = Operation
developers-room-context = Data brokering
developers-room-devices = Asset management
developers-room-people = Identity and consent
developers-room-messages = Notices
developers-room-cases = Procedures
developers-room-bookings = Bookings and matching
developers-room-ledger = Payments and points
developers-room-community = Community
developers-room-atlas = Open data and maps
developers-room-refuge = Disaster preparedness
developers-room-insight = Indicators
developers-room-gate = The outside world
developers-room-packs = Service packs

# ---- what can happen on the way in
fault-address-malformed = This address cannot be read
fault-address-malformed-remedy = Check that the link is complete and holds no characters that addresses cannot hold.
fault-address-too-long = The address is too long (up to { $limit } bytes)
fault-address-too-long-remedy = Use fewer search terms, or send them in the body.
fault-head-too-large = The headers are too large (up to { $limit } bytes)
fault-head-too-large-remedy = Clear the cookies of this site and try again.
fault-unknown-host = There is no portal at this address
fault-unknown-host-remedy = Check the address. If you run the server, add this host name to the city's facts.
fault-body-too-slow = Sending took too long, so it was stopped
fault-body-too-slow-remedy = Check your connection and send it again.
fault-form-token = This page was opened too long ago, so nothing was done
fault-form-token-remedy = Open the page again and send it once more. Going back may bring back what you typed.
fault-other-origin = This came from another site, so nothing was done
fault-other-origin-remedy = Use the pages of this portal.
fault-if-match = If-Match is wrong, or not for this action
fault-if-match-remedy = Send the value of ETag as you received it, such as "3".
fault-cannot-listen = Cannot listen on { $address } ({ $said })
fault-cannot-listen-remedy = Check whether another program uses the same address, or change MACHIYA_LISTEN.
fault-tls-file = The TLS file { $path } cannot be read ({ $said })
fault-tls-file-remedy = Check that certificate and key are a pair in PEM form, and that they may be read.

