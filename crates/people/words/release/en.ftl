# Use of data: giving a person's data to somebody else, and the record of it.

action-people-release = Give one person's data for a purpose
action-people-select = Choose many people for a purpose
action-people-count = See about how many would be chosen
action-people-still_allowed = Check consent just before something leaves
action-people-record = See who used one's data
action-people-ask_about_use = Ask about a use of one's data
action-people-my_questions = See the questions one asked
action-people-questions = See questions about uses of data
action-people-question = Open a question about a use of data
action-people-answer_question = Answer a question about a use of data
action-people-uses = See who used data
action-people-stopped_uses = See uses that were stopped
action-people-lift_stop = Let a stopped use go on
action-people-use_limits = See the limits for using data
action-people-save_use_limit = Set the limits for using data
action-people-verify_record = Check that nobody changed the record of uses

event-people-use_stopped = A use of data above the limit was stopped
event-people-use_let_go = A stopped use of data goes on
event-people-use_asked_about = Somebody asked about a use of their data
event-people-use_answered = A question about a use of data was answered

fault-people-questions-waiting = { $limit } of your questions wait for an answer
fault-people-questions-waiting-remedy = Ask the next one when an answer has come.
fault-people-own-stop = You cannot let your own use go on
fault-people-own-stop-remedy = Ask another administrator to look at it.
fault-people-stop-lifted = It goes on already
fault-people-stop-lifted-remedy = Somebody else was faster. Open the list again.
field-people-past = Choose today or a later day

retention-people_access = The record of uses of data
retention-people_access_member = Who was in a use of many people's data
retention-people_access_head = The daily seal of the record
retention-people_access_tally = How many people's data was used each hour
retention-people_access_block = Uses that were stopped above the limit
retention-people_access_question = Questions about uses of data

people-use-stopped-mail-subject = A use of data was stopped
people-use-stopped-mail-staff-hour = A member of staff wanted to use the data of { $people } people within an hour. The limit is { $usual }. Further use is stopped. Another person should look at it and let it go on if all is well. { $url }
people-use-stopped-mail-staff-day = A member of staff wanted to use the data of { $people } people within a day. The limit is { $usual }. Further use is stopped. Another person should look at it and let it go on if all is well. { $url }
people-use-stopped-mail-service-hour = A connected service wanted to use the data of { $people } people within an hour. The limit is { $usual }. Further use is stopped. Look at it, and let it go on if all is well. { $url }
people-use-stopped-mail-service-day = A connected service wanted to use the data of { $people } people within a day. The limit is { $usual }. Further use is stopped. Look at it, and let it go on if all is well. { $url }
